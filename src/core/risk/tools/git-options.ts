/** Which options of a command take a value of their own. */
export const valuedOf = (name: string): string => `${common} ${own[name] ?? ""}`;

const common =
  "-n --max-count --format --pretty --author --since --until --grep -G -S -L --output -U --date --skip";
const own: Readonly<Record<string, string>> = {
  commit: "-m -F -C -c --message --file --author --date --fixup --squash -t",
  tag: "-m -F -u --message",
  config: "--file -f --blob --default --type",
  clone:
    "-b --branch --depth -o --origin -c --config --template -u --upload-pack --reference --separate-git-dir -j --jobs",
  rebase: "-x --exec --onto -s -X",
  push: "-o --push-option --repo --receive-pack --exec",
  fetch: "--depth --upload-pack -j --deepen --shallow-since --refmap -o",
  "fast-export": "--export-marks --import-marks",
  archive: "-o --output --remote --exec --prefix --format",
  grep: "-O -e -f -A -B -C -m --max-depth",
  "format-patch": "-o --output-directory --to --cc --subject-prefix -v",
  difftool: "-x --extcmd -t --tool",
  merge: "-m -F -s -X",
  stash: "-m --message",
  apply: "-p --directory --include --exclude",
  restore: "-s --source",
  switch: "-c -C --create --force-create",
  checkout: "-b -B --orphan",
};
