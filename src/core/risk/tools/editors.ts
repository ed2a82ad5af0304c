import { holdsUnknown } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { ownCode, reaches, reads, unknownCode } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { given, has, valuesOf } from "../options.ts";
import type { Given } from "../options.ts";
import { pathsFindings } from "../spec.ts";
import { deletesAll, edFindings, exFindings } from "./editor-script.ts";

/** Editors: they change the files they are given, and run what their commands say. */
export const editors: Tools = {
  ed: lineEditor,
  ...each("ex vi vim nvim view vimdiff gvim", screenEditor),
  ...each("emacs nano pico joe mcedit micro hx kak", otherEditor),
};

function lineEditor(call: Call): Outcome {
  const found = given(call.args, { valued: "-p --prompt" });
  if (has(found, "--version --help")) return [reads("ed says its version")];
  const isKnown = call.input.kind === "text" && !holdsUnknown(call.input.text);
  const script = call.input.kind === "text" ? call.input.text.shape : "";
  return [
    ownCode("ed changes files"),
    ...(isKnown ? edFindings(script, call.cwd) : fed(call)),
    ...changed(found.operands, isKnown && deletesAll(script.split("\n")), call.cwd),
  ];
}

/** Without commands it waits for a person. */
const fed = ({ input }: Call): Outcome =>
  input.kind === "none" ? [] : [unknownCode("an editor's commands may run anything")];

const changed = (files: readonly Arg[], isEmptied: boolean, cwd: string | null): Outcome =>
  pathsFindings(files, isEmptied ? "empty" : "write", cwd);

const screenGrammar = {
  valued:
    "-c --cmd -u -i -S -T -w -W -t -q --startuptime --listen --server --servername --remote-send --remote-expr -U -P",
};

/** Options that run nothing, besides those whose values are looked at. */
const quiet =
  /^(?:-[esEnNRbmMZDoOpfXxyY]|-c|--cmd|-u|-i|--clean|--headless|--noplugin|--not-a-term|--nofork)$/;

function screenEditor(call: Call): Outcome {
  const plus = call.args.filter(({ shape }) => shape.startsWith("+"));
  const found = given(
    call.args.filter((arg) => !plus.includes(arg)),
    screenGrammar,
  );
  if (has(found, "--version -h --help")) return [reads(`${call.name} says its version`)];
  const isBatch = call.name === "ex" || has(found, "-e -E");
  const texts = [
    ...valuesOf(found, "-c --cmd"),
    ...plus.map((arg) => ({ ...arg, shape: arg.shape.slice(1) })),
    ...(isBatch && call.input.kind === "text" ? [call.input.text] : []),
  ];
  const lines = texts.flatMap(({ shape }) => shape.split("\n"));
  return [
    ownCode("an editor changes files"),
    ...(isBatch && call.input.kind === "text" ? [] : fed(call)),
    ...(isTold(found, isBatch) || texts.some(holdsUnknown)
      ? [unknownCode("an editor's commands may run anything")]
      : exFindings(lines, call.cwd)),
    ...changed(found.operands, deletesAll(lines), call.cwd),
    ...(found.operands.some(({ shape }) => /^\w+:\/\//.test(shape))
      ? [reaches("an editor fetches what it is to show", null)]
      : []),
  ];
}

/** Whether commands come from a file, or an option may do more than is looked at. */
const isTold = ({ options }: Given, isBatch: boolean): boolean =>
  options.some(
    ({ name, value }) =>
      !quiet.test(name) || (/^-[ui]$/.test(name) && value?.shape !== "NONE") || (name === "-s" && !isBatch),
  );

function otherEditor(call: Call): Outcome {
  if (call.args.some(({ shape }) => shape === "--version")) return [reads("it says its version")];
  const isCommanded = call.args.some(
    ({ shape }) => /^(?:[-+].+|--eval.*)$/.test(shape) && !/^(?:\+\d*|-R|-b|-n|-h|--help)$/.test(shape),
  );
  return [
    ownCode("an editor changes files"),
    ...(isCommanded ? [unknownCode("an editor's commands may run anything")] : []),
    ...pathsFindings(
      call.args.filter(({ shape }) => !/^[-+]/.test(shape)),
      "write",
      call.cwd,
    ),
  ];
}
