import type { RunEvent } from "../../core/event.ts";
import type { Json } from "../../core/canonical.ts";
import type { Digest } from "../../core/id.ts";
import type { Blobs } from "../../core/ports.ts";
import { readJson, readText } from "../../loop/texts.ts";
import { subject } from "../../loop/turn-lines.ts";
import { gist, oneLine, plural } from "../view/words.ts";

/** What happened in one event, in a few words: `bash "npm test"`, `pass tests`. */
export async function stepWords(blobs: Blobs, { type, body }: RunEvent): Promise<string> {
  switch (type) {
    case "model-ended":
      return callsWords(blobs, body);
    case "call-ended":
      return `its ${body.call.split("/").at(-1) === "0" ? "call" : "later call"} ended ${body.outcome}${body.exit === null ? "" : ` (exit ${body.exit})`}${body.tree === null ? "" : `, tree ${short(body.tree)}`}`;
    case "call-judged":
      return `${body.risk} → ${body.decision}: ${gist(await textOr(blobs, body.because), 120)}`;
    case "criterion-judged":
      return `${body.result} ${body.criterion}${body.score === null ? "" : ` (${body.score.toFixed(2)})`}`;
    case "verdict-given":
      return `verdict ${body.verdict}`;
    case "attempt-submitted":
      return `handed in tree ${short(body.candidate)}`;
    case "attempt-ended":
    case "integration-ended":
      return `${type === "attempt-ended" ? "attempt" : "integration"} ${body.outcome}`;
    case "plan-proposed":
      return `a plan of ${plural(body.tasks.length, "task")}: ${oneLine(body.tasks.map(({ id }) => id).join(", "), 100)}`;
    case "approval-decided":
      return `approval ${body.answer}`;
    case "escalation-answered":
      return `answered ${body.choice}`;
    case "effect-settled":
      return `effect ${body.finding}`;
    case "run-ended":
      return `${body.outcome}, final tree ${short(body.head)}`;
    default:
      return type.replaceAll("-", " ");
  }
}

async function callsWords(
  blobs: Blobs,
  { calls, outcome, stop, error }: Extract<RunEvent, { type: "model-ended" }>["body"],
): Promise<string> {
  if (outcome !== "complete") return `its model ${outcome}${error === null ? "" : `: ${error.class}`}`;
  if (calls.length === 0) return `no call (${stop ?? "ended"})`;
  const words = await Promise.all(
    calls.slice(0, 3).map(async ({ tool, args }) => callWords(blobs, tool, args)),
  );
  return words.join("; ") + (calls.length > 3 ? `; ${calls.length - 3} more` : "");
}

async function callWords(blobs: Blobs, tool: string, args: Digest): Promise<string> {
  const gone = (await blobs.missing([args])).length > 0;
  const what = gone ? null : subject(await readJson<Json>(blobs, args));
  return `${oneLine(tool, 40)}${what === null ? "" : ` ${oneLine(what, 60)}`}`;
}

const textOr = async (blobs: Blobs, digest: Digest): Promise<string> =>
  (await blobs.missing([digest])).length > 0 ? "(no longer kept)" : readText(blobs, digest);

const short = (digest: string): string => digest.slice(0, 4);
