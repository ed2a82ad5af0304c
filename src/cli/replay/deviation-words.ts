import { canonical } from "../../core/canonical.ts";
import { isVolatile } from "../../core/event.ts";
import type { RunEvent } from "../../core/event.ts";
import type { Digest } from "../../core/id.ts";
import type { Message, RequestRecord } from "../../core/model.ts";
import type { Blobs } from "../../core/ports.ts";
import { keyOf } from "../../core/action.ts";
import type { Deviation } from "../../loop/replay.ts";
import { readJson } from "../../loop/texts.ts";
import { stepWords } from "../comparison/step-words.ts";
import { oneLine } from "../view/words.ts";

/** In what an event came out otherwise, a line each. */
export async function deviationWords(blobs: Blobs, of: Deviation): Promise<readonly string[]> {
  const { recorded, found, instead } = of;
  if (recorded === null) return [`now there is one event more: ${found?.type ?? ""}`];
  if (found === null) {
    const keys = instead.flatMap((action) => (action.do === "wait" ? [] : [`${action.do} ${keyOf(action)}`]));
    return [
      `recorded   ${recorded.type}: ${await stepWords(blobs, recorded)}`,
      `now        ${keys.length === 0 ? "nothing would be done" : keys.slice(0, 4).join(", ")}`,
    ];
  }
  if (recorded.type === "model-started" && found.type === "model-started")
    return requestWords(blobs, recorded.body.request, found.body.request);
  return [
    `recorded   ${recorded.type}: ${await stepWords(blobs, recorded)}`,
    `now        ${found.type}: ${await stepWords(blobs, found)}`,
    ...(recorded.type === found.type ? [fieldWords(recorded, found)] : []),
  ];
}

function fieldWords(recorded: RunEvent, found: RunEvent): string {
  const [before, after]: readonly Readonly<Record<string, unknown>>[] = [recorded.body, found.body];
  const fields = Object.keys(after ?? {}).filter(
    (field) =>
      !isVolatile(found.type, field) &&
      canonical(before?.[field] ?? null) !== canonical(after?.[field] ?? null),
  );
  return `in         ${fields.join(", ")}`;
}

async function requestWords(blobs: Blobs, recorded: Digest, now: Digest): Promise<readonly string[]> {
  const [a, b] = [await readJson<RequestRecord>(blobs, recorded), await readJson<RequestRecord>(blobs, now)];
  const parts: readonly (readonly [name: string, a: string, b: string])[] = [
    ["the system prompt", a.system ?? "", b.system ?? ""],
    ["the tools", JSON.stringify(a.tools, null, 1), JSON.stringify(b.tools, null, 1)],
    ...Array.from({ length: Math.max(a.messages.length, b.messages.length) }, (_, index) => {
      return [`message ${index + 1}`, textOf(a.messages[index]), textOf(b.messages[index])] as const;
    }),
  ];
  const [first] = parts.filter(([, one, other]) => one !== other);
  if (first === undefined) return ["the request to the model follows another one"];
  const [name, one, other] = first;
  const [before, after] = [one.split("\n"), other.split("\n")];
  const line = before.findIndex((text, index) => text !== after[index]);
  const at = line === -1 ? before.length : line;
  return [
    `the request to the model is another, in ${name}, line ${at + 1}:`,
    `recorded   ${quoted(before[at])}`,
    `now        ${quoted(after[at])}`,
  ];
}

const quoted = (line: string | undefined): string =>
  line === undefined ? "(no such line)" : oneLine(line, 100);

const textOf = (message: Message | undefined): string =>
  (message?.parts ?? [])
    .map((part) => (part.type === "text" || part.type === "result" ? part.text : canonical(part)))
    .join("\n");
