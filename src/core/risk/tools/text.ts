import type { Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { bySpec, givenBy, specOutcome } from "../spec.ts";
import type { Spec } from "../spec.ts";
import { has, valuesOf } from "../options.ts";
import { ownCode, reads, unknownCode, writes } from "../finding.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import { judgePath } from "../path.ts";
import { patched } from "../patched.ts";
import { awkFindings } from "./awk.ts";
import { sedFindings } from "./sed.ts";

/** Programs that read text and print it, and what makes some of them write. */
export const textTools: Tools = {
  ...each(
    "cat head tail wc cut tr nl tac rev column paste join fold fmt expand unexpand comm cmp od hexdump xxd strings base64 base32 md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum shasum jq look ptx tsort pr bat batcat zcat bzcat xzcat zgrep zless zmore gzcat lzcat zstdcat hd colrm iconv dos2unix-info csvlook csvcut csvgrep csvstat csvsort datamash numfmt html2text aspell gron hexyl glow nkf uconv md5 sha b3sum readelf objdump nm size ldd-tree delta diffstat colordiff icdiff wdiff",
    bySpec({
      valued:
        "-n -c -d -f -s -w -k -t -b -N -j -L -S -e --arg --argjson --indent --lines --bytes --delimiter --fields",
    }),
  ),
  jq: bySpec({
    lead: 1,
    valued: "--arg --argjson --indent -L",
    reads: "--slurpfile --rawfile -f --from-file",
  }),
  tr: bySpec({ operands: "none" }),
  mlr: (call) => [
    call.args.some(({ shape }) =>
      /^(?:-I|split|tee|-o|--prepipe\w*)$|\b(?:tee|emit|print|dump)\s*>|system|exec/.test(shape),
    )
      ? ownCode("mlr may write files or run programs")
      : reads("mlr reads"),
    ...valuesOf(givenBy(call.args, { valued: "--prepipe --prepipex" }), "--prepipe --prepipex").flatMap(
      (text) => hiddenCommand("mlr reads through a command", text),
    ),
    ...specOutcome({ ...call, args: call.args.filter(({ shape }) => /[/.]/.test(shape)) }, {}),
  ],
  ...each("nm objdump readelf size", (call) => [
    call.args.some(({ shape }) => shape.startsWith("--plugin"))
      ? ownCode("it loads a plugin")
      : reads(`${call.name} reads`),
    ...specOutcome(call, { valued: "--plugin -f -b -m -j -C -M" }),
  ]),
  xxd: (call) => withOutput(call, { valued: "-c -g -l -s -o -n -seek -len -cols" }),
  uniq: (call) => withOutput(call, { valued: "-f -s -w" }),
  base64: bySpec({ valued: "-w", writes: "-o --output", reads: "-i --input" }),
  iconv: bySpec({ valued: "-f -t", writes: "-o --output" }),
  ...each("dos2unix unix2dos", bySpec({ risk: "write", operands: "write" })),
  sort: bySpec({
    valued: "-k -t -S --key --field-separator --buffer-size --parallel --batch-size",
    writes: "-o --output -T --temporary-directory",
    reads: "--files0-from",
    runs: "--compress-program",
  }),
  shuf: (call) => {
    const spec = {
      valued: "-n -i --head-count --input-range",
      writes: "-o --output",
      reads: "--random-source",
    };
    const found = givenBy(call.args, spec);
    const isNone = valuesOf(found, "-n --head-count").some(({ shape }) => /^0+$/.test(shape));
    return [
      ...specOutcome(call, spec),
      ...(isNone
        ? valuesOf(found, "-o --output").flatMap((path) => judgePath(path, "empty", call.cwd) ?? [])
        : []),
    ];
  },
  ...each("grep egrep fgrep zegrep", (call) =>
    grep(call, {
      valued: "-e -m -A -B -C -d -D --include --exclude --exclude-dir --regexp --max-count --color",
      reads: "-f --file --exclude-from",
    }),
  ),
  ...each("rg ag ack ripgrep ugrep", (call) =>
    grep(call, {
      valued:
        "-e -g -t -T -m -A -B -C -r -j -M -d --glob --iglob --type --type-not --max-count --replace --sort --regexp --max-depth --type-add --encoding -E",
      reads: "-f --file --ignore-file --path-to-ignore",
      runs: "--pre --hostname-bin --pager --filter --view",
    }),
  ),
  ...each(
    "diff sdiff diff3 vimdiff-cat",
    bySpec({
      valued: "-U -C -I -x -W -F --exclude --label -L",
      reads: "--from-file --to-file -X",
      writes: "--output -o",
    }),
  ),
  split: split,
  csplit: (call) => [
    writes("csplit makes files"),
    ...specOutcome(
      { ...call, args: call.args.filter(({ shape }) => !/^[/%{]|^\d/.test(shape)) },
      { valued: "-n -b", writes: "-f --prefix" },
    ),
  ],
  tee: (call) => [
    ...specOutcome(call, { because: "tee passes text on", operands: "write" }),
    ...call.args.flatMap((path) => (path.isGlob ? (judgePath(path, "overwrite", call.cwd) ?? []) : [])),
  ],
  ...each("sponge", bySpec({ operands: "write" })),
  ...each("awk gawk mawk nawk original-awk", awk),
  ...each("sed gsed ssed", sed),
  patch: (call) => [
    ...specOutcome(call, {
      risk: "write",
      because: "patch changes files",
      operands: "write",
      valued: "-p -F",
      reads: "-i --input",
      writes: "-o -r -d --output --directory",
    }),
    ...patched(call),
  ],
  ...each("less more most pg", pager),
};

/** Two operands: the second is where the result goes. */
function withOutput(call: Parameters<Judge>[0], spec: Spec): ReturnType<Judge> {
  const { operands } = givenBy(call.args, spec);
  const [input, output] = operands;
  return [
    ...specOutcome({ ...call, args: input === undefined ? [] : [input] }, spec),
    ...(output === undefined ? [] : specOutcome({ ...call, args: [output] }, { operands: "write" })),
  ];
}

function grep(call: Parameters<Judge>[0], spec: Spec): ReturnType<Judge> {
  const found = givenBy(call.args, spec);
  const lead = has(found, "-e --regexp -f --file --files --type-list") ? 0 : 1;
  return specOutcome(call, { ...spec, lead });
}

function split(call: Parameters<Judge>[0]): ReturnType<Judge> {
  const found = givenBy(call.args, {
    valued: "-b -l -n -a -C -t --bytes --lines --number --filter --additional-suffix",
  });
  const [input, prefix] = found.operands;
  return [
    ...specOutcome(
      { ...call, args: input === undefined ? [] : [input] },
      { risk: "write", because: "split makes files" },
    ),
    ...(prefix === undefined ? [] : specOutcome({ ...call, args: [prefix] }, { operands: "write" })),
    ...valuesOf(found, "--filter").map((shell) => ({ shell })),
  ];
}

const awkSpec: Spec = {
  valued: "-F -v -W --field-separator --assign -E --exec",
  reads: "-f --file -E --exec",
  telling: "--source --include --load --inplace --profile --dump-variables --pretty-print --debug",
  writes: "--profile --dump-variables --pretty-print -o -d -p",
};

function awk(call: Parameters<Judge>[0]): ReturnType<Judge> {
  const spec: Spec = {
    ...awkSpec,
    valued: `${awkSpec.valued ?? ""} -e --source -i --include -l --load`,
    writes: "",
  };
  const found = givenBy(call.args, spec);
  const isFile = has(found, "-f --file -E --exec");
  const programs = [
    ...valuesOf(found, "-e --source"),
    ...(isFile || has(found, "-e --source") ? [] : found.operands.slice(0, 1)),
  ];
  const files = found.operands.slice(programs.length - valuesOf(found, "-e --source").length);
  return [
    ...specOutcome({ ...call, args: files }, { because: `${call.name} reads` }),
    ...fromFile(call, valuesOf(found, "-f --file -E --exec"), awkFindings),
    ...(has(found, "-l --load") ? [unknownCode("awk loads native code")] : []),
    ...programs.flatMap((program) => awkFindings(program, call.cwd)),
    ...inPlace(found, call, files),
    ...(call.args.some(({ shape }) => /^(?:-[opd]|--(?:prof|dump|pretty))/.test(shape))
      ? [ownCode("awk writes a file")]
      : []),
  ];
}

function inPlace(
  found: ReturnType<typeof givenBy>,
  { cwd }: Parameters<Judge>[0],
  files: ReturnType<typeof givenBy>["operands"],
): ReturnType<Judge> {
  const included = valuesOf(found, "-i --include").map(textOf);
  if (included.length === 0) return [];
  if (included.some((name) => name !== "inplace" && name !== "inplace.awk"))
    return [ownCode("awk runs a program from a file")];
  return files.flatMap((file) => judgePath(file, "write", cwd) ?? []);
}

const sedSpec: Spec = {
  valued: "-e -l --expression --line-length",
  reads: "-f --file",
  telling:
    "--in-place --quiet --silent --regexp-extended --posix --sandbox --separate --unbuffered --null-data --follow-symlinks",
};

function sed(call: Parameters<Judge>[0]): ReturnType<Judge> {
  const args = call.args.map((arg) =>
    /^-[a-zA-Z]*i/.test(arg.shape) ? { ...arg, shape: shortInPlace(arg.shape) } : arg,
  );
  const found = givenBy(args, sedSpec);
  const scripts = valuesOf(found, "-e --expression");
  const isGiven = has(found, "-e --expression -f --file");
  const files = isGiven ? found.operands : found.operands.slice(1);
  const isInPlace = has(found, "-i --in-place");
  const programs = [...scripts, ...(isGiven ? [] : found.operands.slice(0, 1))];
  const isLost =
    isInPlace &&
    (programs.some(deletesAll) || (has(found, "-n --quiet --silent") && programs.every(printsNothing)));
  return [
    ...(isLost ? files.flatMap((file) => judgePath(file, "empty", call.cwd) ?? []) : []),
    ...specOutcome(
      { ...call, args: files },
      { because: "sed reads", operands: isInPlace ? "write" : "read" },
    ),
    ...(isInPlace ? [{ risk: "write" as const, because: "sed -i changes files" }] : []),
    ...fromFile(call, valuesOf(found, "-f --file"), sedFindings),
    ...programs.flatMap((script) => sedFindings(script, call.cwd)),
  ];
}

const deletesAll = ({ shape }: Arg): boolean =>
  /^(?:1,\$|0~1|1~1|\/\^?\.?\*?\/|\/\^\/|\/\$\/|1!G;h;\$!)?\s*\{?\s*d\s*;?\s*\}?\s*$|^s\/(?:\^?\.\*\$?)\/\/\w*$|^1?Q;?$/.test(
    shape.trim(),
  );

const printsNothing = ({ shape }: Arg): boolean =>
  !/[pPwe]/.test(shape.replaceAll(/s(.)(?:(?!\1).)*\1(?:(?!\1).)*\1/g, "s")) && !/s(.).*\1\w*p/.test(shape);

/** `-i.bak` and `-ni`: after `i` stands a suffix, no more options. */
function shortInPlace(shape: string): string {
  const at = shape.indexOf("i");
  const before = shape.slice(0, at);
  return /[efl]/.test(before) ? shape : `${before}i`;
}

const pagerSpec: Spec = {
  flags: {
    "-o -O --log-file --LOG-FILE": ["write", "writes a file"],
    "-k --lesskey-file --lesskey-src --lesskey-content": ["privilege", "takes commands from a file"],
  },
};

/** A pager runs what stands behind `+`. */
function pager(call: Parameters<Judge>[0]): ReturnType<Judge> {
  const isCommanded = call.args.some(({ shape }) => /^-?\+.*[!|sv]/.test(shape));
  const args = call.args.filter(({ shape }) => !shape.startsWith("+"));
  return [
    ...specOutcome({ ...call, args }, pagerSpec),
    ...(isCommanded ? [unknownCode(`${call.name} is told a command`)] : []),
  ];
}

/** A script that is read from a file of the project, or from the input. */
function fromFile(
  { name, input, cwd }: Parameters<Judge>[0],
  files: ReturnType<typeof valuesOf>,
  judge: (text: ReturnType<typeof valuesOf>[number], cwd: string | null) => ReturnType<Judge>,
): ReturnType<Judge> {
  return files.flatMap(({ shape }) => {
    if (!/^(?:-|\/dev\/|\/proc\/)/.test(shape)) return [ownCode(`${name} runs a script from a file`)];
    return input.kind === "text"
      ? judge(input.text, cwd)
      : [unknownCode(`what ${name} runs comes from elsewhere`)];
  });
}
