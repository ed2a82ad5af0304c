import { versionText } from "../../core/registry/artifact.ts";
import { exit } from "../exit.ts";
import { jsonLine } from "../view/json-line.ts";
import { proofText } from "../view/registry-log.ts";
import { textOf } from "../view/rows.ts";
import type { Rows } from "../view/rows.ts";
import { timeOfDay } from "../view/words.ts";
import { factsOf, oneTyped, startOf } from "./artifact-commands.ts";
import type { Asked } from "./artifact-commands.ts";
import type { ArtifactText } from "./artifact-text.ts";
import { kinds } from "./kinds.ts";

/** All that one version says, of a kind whose version files are JSON: production, else the newest, where none is named. */
export async function show({ io, opened, kind, names, options }: Asked): Promise<number> {
  const text = await kinds[kind].textOf(opened, startOf(opened, oneTyped(kind, "show", names)));
  const content = JSON.parse(text.source) as Readonly<Record<string, unknown>>;
  if (options.json === true) io.out(jsonLine({ ...factsOf(kind, text), content }));
  else io.out(textOf([...signedRows(text), ...Object.entries(content).flatMap(rowsOf)], io.columns));
  return exit.ok;
}

function signedRows({ name, shown, version }: ArtifactText): Rows {
  if (version === null) return [[name, shown]];
  const { made, stage, placed } = version;
  const proof = proofText(stage === "production" ? (placed?.receipt ?? null) : null);
  const by = placed ?? made;
  return [
    [versionText(made, made.version), [stage ?? "no stage", proof].filter((part) => part !== "").join(" · ")],
    ["digest", made.digest],
    ["said", `${by.who}, ${timeOfDay(Date.parse(by.at), Date.now())}: ${by.why}`],
    ["file", shown],
  ];
}

/** What holds others has a row for each. */
function rowsOf([name, value]: readonly [string, unknown]): Rows {
  if (value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === "string"))
    return [[name, value.join(", ")]];
  if (typeof value !== "object") return [[name, typeof value === "string" ? value : JSON.stringify(value)]];
  return Object.entries(value).map(([inner, one], index) => [
    index === 0 ? name : "",
    `${Array.isArray(value) ? "" : `${inner} `}${typeof one === "string" ? one : JSON.stringify(one)}`,
  ]);
}
