import type { Files } from "../ground.ts";
import { rows } from "../registry/kinds-ground.ts";

/** `tasks/core/`: a suite of prompts with these cases, and what its `suite.yaml` says besides. */
export const core = (cases: readonly object[], ...lines: readonly string[]): Files => ({
  "harness.yaml": "",
  "prompts/mails.prompt": "---\ninput: { schema: { text: string } }\n---\nSay the topic of {{text}}\n",
  "tasks/core/suite.yaml": `${["suite: core", "kind: prompt", "target: prompt:mails", ...lines].join("\n")}\n`,
  "tasks/core/cases.jsonl": rows(...cases),
});

/** A case of it with these words. */
export const mail = (n: number, over: object = {}): object => ({
  id: `c${n}`,
  vars: { text: `mail number ${n} about something` },
  expect: `topic ${n}`,
  ...over,
});

export const mails = (count: number, over: (n: number) => object = () => ({})): readonly object[] =>
  Array.from({ length: count }, (_, n) => mail(n, over(n)));
