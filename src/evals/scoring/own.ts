import { durationMs } from "../../core/duration.ts";
import { misfit, misfitOfText } from "../../core/json-fit.ts";
import type { OwnMetric } from "../suite/spec.ts";
import type { Gauge } from "./gauge.ts";

/** How a command ended. */
export interface CommandEnd {
  readonly stdout: string;
  /** null: it exited with 0; else what went wrong, in one line. */
  readonly wrong: string | null;
}

/** Runs a command in a directory with this text as its stdin. Never rejects for what the command does. */
type RunCommand = (request: {
  readonly command: string;
  /** Absolute. */
  readonly cwd: string;
  readonly stdin: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}) => Promise<CommandEnd>;

export interface Commands {
  readonly run: RunCommand;
  /** Of the suite. */
  readonly folder: string;
}

type CommandSpec = Extract<OwnMetric, { command: string }>;

/**
 * A score by a command, which reads `{"case", "answer": {"text", "output"}}` and ends its stdout with a line that is the
 * number. It knows neither arm nor sample. What goes wrong twice says nothing of the answer: an outage.
 */
export function commandGauge(spec: CommandSpec, { run, folder }: Commands): Gauge {
  return async ({ item }, { text, output }, signal) => {
    const stdin = `${JSON.stringify({ case: item.case, answer: { text, output } })}\n`;
    const request = {
      command: spec.command,
      cwd: folder,
      stdin,
      timeoutMs: durationMs(spec.timeout),
      signal,
    };
    const first = scoreIn(spec, await run(request));
    signal.throwIfAborted();
    const last = typeof first === "number" ? first : scoreIn(spec, await run(request));
    signal.throwIfAborted();
    return typeof last === "number" ? { score: last } : { score: "outage", why: `${spec.command}: ${last}` };
  };
}

/** The score, or what is wrong. */
function scoreIn(spec: CommandSpec, { stdout, wrong }: CommandEnd): number | string {
  if (wrong !== null) return wrong;
  const last = stdout.trimEnd().split("\n").at(-1)?.trim() ?? "";
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(last))
    return `its last line is ${JSON.stringify(last.slice(0, 80))}: print the number alone`;
  const score = Number(last);
  const [low, high] = spec.range;
  if (!(score >= low && score <= high)) return `it says ${last}: print a number from ${low} to ${high}`;
  return spec.rate && score !== 0 && score !== 1 ? `it says ${last}: a rate is 0 or 1` : score;
}

/** 1 where the answer fits a JSON Schema: what its finishing call said, else its text. */
export function schemaGauge(schema: unknown): Gauge {
  return (_, { text, output }) => {
    const why = output === null ? misfitOfText(text, schema) : misfit(output, schema);
    return why === null ? { score: 1 } : { score: 0, why };
  };
}
