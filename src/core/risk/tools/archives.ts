import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { destroys, reads, trusted, unknownCode, writes } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { has, valuesOf } from "../options.ts";
import { bySpec, givenBy, pathsFindings, specOutcome } from "../spec.ts";

/** Programs that pack and unpack. */
export const archiveTools: Tools = {
  ...each("tar gtar bsdtar", tar),
  ...each("zip", archive("-T -TT --unzip-command")),
  unzip: bySpec({ risk: "write", because: "unzip unpacks files", valued: "-x", writes: "-d" }),
  ...each("7z 7za 7zr rar", archive("")),
  ...each("unrar unar", bySpec({ risk: "write", because: "it unpacks files", operands: "write" })),
  cpio: (call) => cpio(call),
  ar: bySpec({ risk: "write", because: "ar changes archives", lead: 1, operands: "write" }),
  ...each("gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 lzma brotli compress uncompress pigz", compress),
};

const tarSpec = {
  valued:
    "--index-file --listed-incremental -g -b -H -K -N -X -L -V --exclude --transform --strip-components --mode --mtime --owner --group --format --exclude-from --level",
  reads: "-T --files-from",
  writes: "-C --directory",
  telling:
    "--to-command --checkpoint-action --use-compress-program --info-script --new-volume-script --rsh-command --rmt-command --remove-files --list --extract --get --create --file --delete",
};

const tarRuns =
  "--to-command --checkpoint-action --use-compress-program -I -F --info-script --new-volume-script --rsh-command --rmt-command";

function tar(call: Call): Outcome {
  const args = call.args.map((arg, index) =>
    index === 0 && /^[a-zA-Z]+$/.test(arg.shape) ? { ...arg, shape: `-${arg.shape}` } : arg,
  );
  const found = givenBy(args, { ...tarSpec, valued: `${tarSpec.valued} -f --file ${tarRuns}` });
  const archives = valuesOf(found, "-f --file");
  const isList = has(found, "-t --list") && !has(found, "-x -c -r -u -A --extract --create");
  const isCreate = has(found, "-c -r -u -A --create --append --update");
  const runs = found.options.filter(
    ({ name, value }) => tarRuns.split(" ").includes(name) && !isCompressor(value),
  );
  return [
    isList ? reads("tar lists an archive") : writes(isCreate ? "tar writes an archive" : "tar unpacks files"),
    ...runs.flatMap(({ name, value }) => tarRun(name, value)),
    ...(has(found, "--remove-files --delete") ? [destroys("tar removes files")] : []),
    ...(has(found, "-P --absolute-names") && !isList ? [trusted("tar may write outside the workspace")] : []),
    ...(archives.some(({ shape }) => /^[\w.@-]+:/.test(shape))
      ? [{ risk: "external" as const, because: "the archive is on another machine", hosts: null }]
      : []),
    ...pathsFindings(valuesOf(found, "--index-file --listed-incremental -g"), "write", call.cwd),
    ...pathsFindings(archives, isCreate ? "write" : "read", call.cwd),
    ...pathsFindings(valuesOf(found, "-T --files-from"), "read", call.cwd),
    ...pathsFindings(valuesOf(found, "-C --directory"), isList || isCreate ? "list" : "write", call.cwd),
    ...(isCreate ? pathsFindings(found.operands, "read", call.cwd) : []),
  ];
}

/** A program that tar starts: it finds what tar unpacks on its input, or packs what it is sent. */
function tarRun(name: string, value: Arg | null): Outcome {
  if (name === "--checkpoint-action") {
    const isExec = value?.shape.startsWith("exec=") === true;
    return isExec && value !== null
      ? hiddenCommand(
          "tar --checkpoint-action runs a command",
          { ...value, shape: value.shape.slice(5) },
          "input",
        )
      : [];
  }
  if (value === null || /^--r(?:sh|mt)/.test(name)) return [unknownCode(`tar ${name} runs a program`)];
  return hiddenCommand(`tar ${name} runs a program`, value, "input");
}

const isCompressor = (value: Arg | null): boolean =>
  value !== null && /^(?:gzip|pigz|bzip2|xz|zstd|lz4|lzma|dot|echo)(?: -[\dT]+)*$/.test(value.shape);

function archive(running: string): Judge {
  return (call) => {
    const found = givenBy(call.args, { valued: "-x -i" });
    const [first] = found.operands;
    const isRunning = call.args.some(({ shape }) => running !== "" && /^-TT|^--unzip/.test(shape));
    const isList = /^[lt]$/.test(first?.shape ?? "");
    return [
      isList ? reads("it lists an archive") : writes(`${call.name} writes or unpacks an archive`),
      ...(isRunning ? zipTest(call) : []),
      ...(call.args.some(({ shape }) => /^-sdel$|^-df$|^-dr$/.test(shape))
        ? [destroys(`${call.name} removes what it packed`)]
        : []),
      ...(/^(?:d|m|mf)$/.test(first?.shape ?? "") && call.name !== "zip"
        ? [destroys(`${call.name} removes files`)]
        : []),
      ...(has(found, "-m --move") && call.name === "zip" ? [destroys("zip -m removes what it packed")] : []),
      ...pathsFindings(found.operands.slice(0, running === "" ? 2 : 1), isList ? "read" : "write", call.cwd),
      ...pathsFindings(found.operands, "read", call.cwd),
    ];
  };
}

function zipTest(call: Call): Outcome {
  const at = call.args.findIndex(({ shape }) => /^(?:-TT|--unzip-command)$/.test(shape));
  const command = call.args[at + 1];
  return at === -1 || command === undefined
    ? [unknownCode("zip runs a program")]
    : hiddenCommand("zip tests by a command", command);
}

function cpio(call: Call): Outcome {
  const found = givenBy(call.args, { valued: "-H -C -I --rsh-command --format", writes: "-D -F -O --file" });
  if (has(found, "--rsh-command")) return [unknownCode("cpio runs a program")];
  const output = pathsFindings(valuesOf(found, "-F -O --file"), "write", call.cwd);
  if (has(found, "-t --list")) return [reads("cpio lists an archive")];
  if (has(found, "-o --create")) return [reads("cpio prints an archive"), ...output];
  const isInside =
    has(found, "-p --pass-through") || (has(found, "-i --extract") && has(found, "--no-absolute-filenames"));
  return [
    isInside ? writes("cpio copies files") : trusted("cpio may write anywhere"),
    ...pathsFindings(valuesOf(found, "-D"), "write", call.cwd),
    ...pathsFindings(found.operands, "write", call.cwd),
  ];
}

function compress(call: Call): Outcome {
  const found = givenBy(call.args, { valued: "-S -T", writes: "-o" });
  if (has(found, "-c --stdout --to-stdout -l --list -t --test")) return specOutcome(call, { valued: "-S" });
  if (found.operands.length === 0) return [reads(`${call.name} passes text on`)];
  return specOutcome(call, { risk: "write", operands: "write", writes: "-o", valued: "-S -T" });
}
