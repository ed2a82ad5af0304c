import { argOf, isTame, tameArg, textOf, unknownArg } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { needsRights, ownCode, reads, trusted, unknownCode, writes } from "../finding.ts";
import type { Finding, Inner, Outcome } from "../finding.ts";
import { given, has, valuesOf } from "../options.ts";
import type { Grammar } from "../options.ts";
import { environmentOutcome } from "../environment-names.ts";
import { plainWrappers } from "./plain-wrappers.ts";
import { pathsFindings } from "../spec.ts";
import { filled } from "./find.ts";

/** Programs that run the command they are given, with what they change about it. */
export const wrappers: Tools = {
  ...plainWrappers,
  flock: (call) => {
    const found = given(call.args, { valued: "-w -E --timeout -c --command", isStrict: true });
    return [
      writes("flock makes a lock file"),
      ...pathsFindings(found.operands.slice(0, 1), "write", call.cwd),
      { runs: found.operands.slice(1) },
      ...textAfter(call.args),
    ];
  },
  env,
  ...each(
    "sudo doas pkexec run0 sudoedit please op-run su runuser gosu su-exec chroot unshare nsenter setpriv capsh proot fakechroot cgexec sg start-stop-daemon setuidgid chpst",
    raised,
  ),
  xargs,
  parallel,
  ...each("rush sem", parallel),
  watch: (call) =>
    shellWords(call, { valued: "-n -d --interval", isStrict: true }, "watch repeats a command"),
  hyperfine: (call) => {
    const found = given(call.args, {
      valued:
        "-w -r -m -M -p -c -n -L -P -S --warmup --runs --prepare --setup --cleanup --export-json --export-markdown --shell",
    });
    return [
      ownCode("hyperfine repeats commands"),
      ...[...found.operands, ...valuesOf(found, "-p --prepare --setup -s -c --cleanup")].map((shell) => ({
        shell,
      })),
    ];
  },
  entr: (call) => [
    ownCode("entr repeats a command"),
    { runs: given(call.args, { isStrict: true }).operands.map((word) => filled(word, "/_", tameArg)) },
  ],
  script: (call) => {
    const found = given(call.args, {
      valued: "-c --command -I -O -B -T -m -E -o --log-in --log-out --log-io --log-timing",
    });
    return [
      writes("script writes what happens into a file"),
      ...pathsFindings(
        [...found.operands, ...valuesOf(found, "-I -O -B -T --log-in --log-out --log-io --log-timing")],
        "write",
        call.cwd,
      ),
      ...valuesOf(found, "-c --command").map((shell) => ({ shell })),
      ...(has(found, "-c --command") ? [] : [unknownCode("script starts a shell")]),
    ];
  },
  ...each("expect zpty empty", () => [unknownCode("expect drives other programs")]),
  ...each("busybox toybox", (call) => [
    reads("busybox is many programs"),
    ...(call.args.length > 0 && !(call.args[0]?.shape ?? "").startsWith("--") ? [{ runs: call.args }] : []),
  ]),
  ...each("proxychains proxychains4 tsocks torsocks torify", (call) => [
    {
      risk: "network",
      because: `${call.name} goes through a proxy`,
      hosts: null,
      unreachable: "only HTTP through the proxy leaves the sandbox",
    },
    { runs: given(call.args, { valued: "-f", isStrict: true }).operands },
  ]),
  direnv: (call) => {
    const [verb, , ...runs] = call.args;
    if (/^(?:status|version|--version|help|export|stdlib|show_dump)$/.test(verb?.shape ?? ""))
      return [ownCode("direnv reads .envrc")];
    return verb?.shape === "exec"
      ? [ownCode("direnv sets the environment"), { runs, isLoose: true }]
      : [trusted("direnv lets .envrc run at every prompt")];
  },
  ...each("dotenv dotenvx envchain with-env", (call) => [
    ownCode(`${call.name} sets the environment`),
    ...textAfterDash(call.args),
  ]),
  ...each(
    "wine mono qemu-x86_64 qemu-aarch64 box64 ld.so ld-linux-x86-64.so.2 ld-linux.so.2 ld-linux-aarch64.so.1 memexec",
    () => [unknownCode("it runs a program nobody can tell")],
  ),
};

/** What stands after `-c`. */
const textAfter = (args: readonly Arg[]): Inner[] => {
  const at = args.findIndex(({ shape }) => /^(?:-c|--command)$/.test(shape));
  const shell = at === -1 ? undefined : args[at + 1];
  return shell === undefined ? [] : [{ shell }];
};

function textAfterDash(args: readonly Arg[]): Outcome {
  const at = args.findIndex(({ shape }) => shape === "--");
  if (at !== -1) return [{ runs: args.slice(at + 1) }];
  const { operands } = given(args, { valued: "-f -e -c --env-file", isStrict: true });
  const runs = /^(?:run|exec)$/.test(operands[0]?.shape ?? "") ? operands.slice(1) : operands;
  return runs.length > 0 ? [{ runs, isLoose: true }] : [];
}

const environment = { valued: "-u -C -S --unset --chdir --split-string --argv0 -a", isStrict: true };

function env(call: Call): Outcome {
  const found = given(call.args, environment);
  const split = valuesOf(found, "-S --split-string");
  const at = found.operands.findIndex(({ shape }) => !/^[A-Za-z_]\w*(?:%%|\(\))?=/.test(shape));
  const set = at === -1 ? found.operands : found.operands.slice(0, at);
  const runs = at === -1 ? [] : found.operands.slice(at);
  return [
    reads("env shows or sets the environment"),
    ...set.flatMap(({ shape }) => environmentSet(shape)),
    ...split.map((text) => ({ shell: argOf([text, ...found.operands].map(({ shape }) => shape).join(" ")) })),
    ...(runs.length > 0 && split.length === 0 ? [{ runs, place: valuesOf(found, "-C --chdir")[0] }] : []),
  ];
}

function environmentSet(shape: string): Outcome {
  const [, name = "", value = ""] = /^([^=]*)=([\s\S]*)$/.exec(shape) ?? [];
  if (!name.startsWith("BASH_FUNC_")) return environmentOutcome(name, argOf(value));
  return [ownCode("a function is passed on"), { shell: argOf(`passed ${value}`) }];
}

function raised(call: Call): Outcome {
  const isText = /^(?:su|runuser|sg)$/.test(call.name);
  const isPlaced = /^(?:chroot|gosu|su-exec|setuidgid)$/.test(call.name);
  const found = given(call.args, {
    valued: "-u -g -h -p -C -r -t -U -T -D -R --user --group --chdir -s -w -S --userspec",
    isStrict: !isText,
  });
  const runs = found.operands
    .slice(isPlaced ? 1 : 0)
    .filter(
      ({ shape }, index, all) =>
        !(/^\w+=/.test(shape) && all.slice(0, index).every((before) => /^\w+=/.test(before.shape))),
    );
  return [
    needsRights(`${call.name} asks for more rights`),
    ...textAfter(call.args),
    ...(isText || runs.length === 0 ? [] : [{ runs }]),
  ];
}

const xargsGrammar = {
  valued:
    "-I -n -L -P -s -E -d -a -J -R --max-args --max-lines --max-procs --max-chars --delimiter --arg-file",
  isStrict: true,
  telling: "--replace --null --no-run-if-empty",
};

function xargs(call: Call): Outcome {
  const found = given(call.args, xargsGrammar);
  const marks = [
    ...valuesOf(found, "-I -J --replace").map(textOf),
    ...(has(found, "-i --replace") ? ["{}"] : []),
  ];
  const mark = marks.find((text) => text !== null && text !== "") ?? null;
  const name = call.input.kind === "pipe" && !has(found, "-a --arg-file") ? call.input.names : unknownArg;
  const files = pathsFindings(valuesOf(found, "-a --arg-file"), "read", call.cwd);
  if (found.operands.length === 0) return [reads("xargs prints"), ...files];
  const runs =
    mark === null ? [...found.operands, name] : found.operands.map((word) => filled(word, mark, name));
  return [reads("xargs runs a command"), ...files, { runs, isFed: false }, ...removing(found.operands)];
}

/** What is removed is not written out. */
const removing = ([first]: readonly Arg[]): Finding[] =>
  /^(?:.*\/)?(?:rm|unlink|shred|truncate|rmdir)$/.test(first?.shape ?? "")
    ? [{ risk: "destructive", because: "it removes what it is sent", removes: null }]
    : [];

function parallel(call: Call): Outcome {
  const found = given(call.args, {
    valued:
      "-j -n -N -I -a -S -C -d --jobs --max-args --arg-file --colsep --joblog --results --timeout --retries --sshlogin --tmpdir --delay",
    isStrict: true,
  });
  const at = found.operands.findIndex(({ shape }) => /^:::?:?\+?$/.test(shape));
  const words = at === -1 ? found.operands : found.operands.slice(0, at);
  const values = at === -1 ? [] : found.operands.slice(at + 1);
  const sent = call.input.kind === "pipe" ? call.input.names : unknownArg;
  const name = at === -1 ? sent : values.every(isTame) ? tameArg : unknownArg;
  const isRemote = has(found, "-S --sshlogin");
  if (words.length === 0) return [unknownCode("parallel runs what it is sent")];
  const text = words.map((word) => word.shape.replaceAll(/\{[^}\s]{0,6}\}/g, name.shape)).join(" ");
  return [
    ownCode("parallel runs commands"),
    ...(isRemote
      ? [{ risk: "external" as const, because: "it runs them on other machines", hosts: null }]
      : []),
    { shell: argOf(/[\uE000\uE001]/.test(text) ? text : `${text} ${name.shape}`) },
    ...removing(words),
  ];
}

function shellWords(call: Call, grammar: Grammar, because: string): Outcome {
  const { operands } = given(call.args, grammar);
  return [
    reads(because),
    ...(operands.length > 0 ? [{ shell: argOf(operands.map(({ shape }) => shape).join(" ")) }] : []),
  ];
}
