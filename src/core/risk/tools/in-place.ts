import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { ownCode, reads, writes } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { given, has, valuesOf } from "../options.ts";
import { pathsFindings } from "../spec.ts";

/** Editors of settings and of text that change a file where it lies: as if it were written anew. */
export const inPlaceTools: Tools = {
  ...each("yq xq tomlq gojq jaq", query),
  dasel: byVerb(/^(?:put|delete)$/),
  ...each("toml toml-cli ini-file initool", byVerb(/^(?:set|put|add|delete|unset|append|put-document|s|d)$/)),
  crudini: (call) => changes(call, !has(given(call.args, { valued: "--format" }), "--get")),
  ...each("json", (call) => changes(call, has(given(call.args, { valued: "-e -c -E -f" }), "-I"))),
  ...each("sd rpl replace fastmod gsub amber ambr ruplacer sad", (call) =>
    changes(call, !has(given(call.args, {}), "-p --preview -s --dry-run --simulate -n")),
  ),
};

const queryValued =
  "-I -P -o -p --indent --input-format --output-format -f --from-file --arg --argjson --slurpfile --rawfile -L";

function query(call: Call): Outcome {
  const found = given(call.args, { valued: queryValued, telling: "--inplace --in-place --split-exp" });
  const isInPlace = has(found, "-i --inplace --in-place");
  const isSplitting = call.name === "yq" && has(found, "-s --split-exp");
  const words = /^(?:e|eval|ea|eval-all)$/.test(found.operands[0]?.shape ?? "")
    ? found.operands.slice(1)
    : found.operands;
  const isAlone = words.length === 1 && isInPlace;
  const files = pathsFindings(words.slice(isAlone ? 0 : 1), isInPlace ? "write" : "read", call.cwd);
  if (isInPlace) return [writes(`${call.name} -i changes files`), ...beyond(files)];
  return [
    isSplitting ? writes(`${call.name} -s makes files`) : reads(`${call.name} reads`),
    ...files,
    ...pathsFindings(valuesOf(found, "-f --from-file --slurpfile --rawfile"), "read", call.cwd),
  ];
}

/** What is more than a change of the workspace: an expression is no path that could be one. */
const beyond = (findings: Outcome): Outcome =>
  findings.filter((item) => "risk" in item && item.risk !== "write");

function byVerb(changing: RegExp): Judge {
  return (call) =>
    changes(
      call,
      call.args.some(({ shape }) => changing.test(shape)),
    );
}

function changes(call: Call, isChanging: boolean): Outcome {
  const paths = call.args.flatMap(pathIn);
  return isChanging
    ? [ownCode(`${call.name} changes files`), ...beyond(pathsFindings(paths, "write", call.cwd))]
    : [reads(`${call.name} reads`), ...pathsFindings(paths, "read", call.cwd)];
}

/** A word, or what an option is set to, that may be a path. */
function pathIn(arg: Arg): readonly Arg[] {
  const shape = arg.shape.replace(/^--?[\w-]+=/, "");
  return shape.startsWith("-") || /[\s'"(){}|]/.test(shape) ? [] : [{ ...arg, shape }];
}
