import type { Json } from "../../../src/core/canonical.ts";
import type { Part } from "../../../src/core/model.ts";
import type { RuleSpec } from "../../../src/core/rule.ts";
import type { Goal } from "../goals.ts";
import { goals } from "../goals.ts";

/** How the ledger answers, and what becomes of the question: a person's answer, or a rule. */
export const hows = ["plain", "error", "reset-before", "reset-after"] as const;
export const fates = ["granted", "edited", "refused", "remembered", "probed", "free"] as const;
type How = (typeof hows)[number];
type Fate = (typeof fates)[number];

/** One request of a worker. */
export interface Errand {
  readonly how: How;
  readonly fate: Fate;
}

/** What a run is made of: for each of its tasks, side by side, the requests it makes one after the other. */
export type Errands = readonly (readonly Errand[])[];

const addressOf = (port: number): string => `http://127.0.0.1:${port}`;

/** The fate of a request, read off its address. */
export const fateOf = (url: string): Fate => new URL(url).pathname.split("/")[2] as Fate;

/** `free` is allowed and `probed` asked about and looked up; all else is asked about, being on this machine. */
export const rulesFor = (port: number): readonly RuleSpec[] => [
  { http: `POST ${addressOf(port)}/*/free/*`, then: "allow" },
  {
    http: `POST ${addressOf(port)}/*/probed/*`,
    then: "ask",
    probe: { url: `${addressOf(port)}/by/{key}`, happened: [200], not: [404] },
  },
];

/** The rule a person writes who answers a request to be remembered. */
export const rememberedRule = (port: number): RuleSpec => ({
  http: `POST ${addressOf(port)}/*/remembered/*`,
  then: "allow",
});

/** The last thing each worker does is the same whatever became of its requests: so are all ends of one goal. */
export function goalOf(errands: Errands, port: number): Goal {
  const tasks = errands.map((_, index) => `t${index}`);
  return {
    limits: { ...goals.together.limits, concurrency: errands.length, crashes: 1000, turns: 20, stale: 20 },
    checks: tasks.map((task) => fileOf(task)),
    turns: {
      plan: [[call("submit_plan", { tasks: tasks.map(taskSpec) })]],
      ...Object.fromEntries(
        errands.map((list, index) => [`task/t${index}`, turnsOf(`t${index}`, list, port)] as const),
      ),
    },
  };
}

const call = (tool: string, args: Json, id = `${tool}-1`): Part => ({ type: "call", id, tool, args });

const fileOf = (task: string) => ({ id: task, type: "file", path: `${task}.txt` }) as const;

const taskSpec = (id: string): Json => ({
  id,
  title: `do ${id}`,
  instructions: `do ${id}`,
  needs: [],
  criteria: [fileOf(id)],
});

const submitted = { summary: "done", artifacts: [], decisions: [], open_questions: [], confidence: 1 };

const turnsOf = (task: string, list: readonly Errand[], port: number): readonly (readonly Part[])[] => [
  ...list.map(({ how, fate }, index) => [
    call("http_request", {
      method: "POST",
      url: `${addressOf(port)}/${how}/${fate}/${task}-${index}`,
      body: `${task}-${index}`,
    }),
  ]),
  [call("write_file", { path: `${task}.txt`, content: task })],
  [call("submit", submitted)],
];
