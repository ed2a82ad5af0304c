import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJson, encodeJson } from "../../../src/core/canonical.ts";
import type { By } from "../../../src/core/event.ts";
import type { Digest } from "../../../src/core/id.ts";
import type { AnswerValue } from "../../../src/core/ports.ts";
import type { RuleSpec } from "../../../src/core/rule.ts";
import type { Approval, RunState } from "../../../src/core/run.ts";
import type { Storage } from "../../../src/edges/sqlite/storage.ts";
import { readRun } from "../../../src/loop/own.ts";
import type { Random } from "../../simulation/random.ts";
import type { Book } from "./book.ts";
import { fateOf, rememberedRule } from "./errands.ts";
import type { World } from "./world.ts";

const by: By = { type: "person", user: "tester", tty: null };

type Said = readonly [subject: string, value: AnswerValue];

/** What the project's own file says besides: rules that a person wrote with an answer. */
export function rulesOf(dir: string): readonly RuleSpec[] {
  const file = rulesFile(dir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RuleSpec[]) : [];
}

const rulesFile = (dir: string): string => join(dir, "rules.json");

/**
 * What a person would say now to all that waits and has no answer yet, in an order of its own. A doubt is settled by a look
 * at the ledger, or by a shrug.
 */
export async function answersWanted(world: World, dice: Random): Promise<readonly Said[]> {
  const terminal = await world.place.terminal();
  const run = await readRun(terminal, world.run);
  const answered = new Set((await terminal.journal.answers(world.run)).map(({ subject }) => subject));
  const open = [...run.approvals.values()].filter(({ status }) => status === "open");
  const wanted = [
    ...(await Promise.all(open.map(async (approval) => decided(world, terminal, approval)))),
    ...(await settled(world.book, run, dice)),
    ...[...run.escalations.keys()].map((id): Said => [id, again]),
  ];
  return wanted
    .filter(([subject]) => !answered.has(subject))
    .map((said) => ({ said, at: dice.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ said }) => said);
}

const again: AnswerValue = { type: "escalation", choice: "retry", note: null, budget: null };

/** Says it. @returns whether it was the first answer */
export async function say({ place, run }: World, [subject, value]: Said): Promise<boolean> {
  const { journal } = await place.terminal();
  return journal.answer({ run, subject, at: Date.now(), by, value });
}

async function decided(world: World, { blobs }: Storage, approval: Approval): Promise<Said> {
  const args = decodeJson(await blobs.get(approval.body.args)) as { readonly url: string };
  const put = async (value: unknown): Promise<Digest> => (await blobs.put([encodeJson(value)]))[0] as Digest;
  const grant = { type: "approval", answer: "grant", edited: null, note: null } as const;
  const fate = world.isAllGranted ? "granted" : fateOf(args.url);
  switch (fate) {
    case "granted":
    case "probed":
    case "free":
      return [approval.id, grant];
    case "refused":
      return [approval.id, { ...grant, answer: "refuse" }];
    case "edited":
      return [
        approval.id,
        { ...grant, answer: "grant-edited", edited: await put({ ...args, body: "edited" }) },
      ];
    case "remembered": {
      const rule = rememberedRule(world.book.port);
      writeFileSync(rulesFile(world.place.dir), JSON.stringify([rule]));
      return [approval.id, { ...grant, rule: await put(rule) }];
    }
  }
}

/** What the harness looks up itself it is left to. */
async function settled(book: Book, run: RunState, dice: Random): Promise<readonly Said[]> {
  const keys = new Set((await book.lines(run.id)).map(({ key }) => key));
  return [...run.doubts].flatMap(([call, probe]): Said[] => {
    if (probe !== null) return [];
    const happened = keys.has(`${run.id}/${call}`);
    const finding = dice.chance(0.15) ? "skip" : happened ? "happened" : "did-not";
    return [[call, { type: "effect", finding, evidence: null }]];
  });
}
