import { fieldsOf } from "../../core/manifest/fields.ts";
import type { Field } from "../../core/manifest/fields.ts";
import type { Owner, Ports, RunRow } from "../../core/ports.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { standing } from "../standing.ts";
import { readStory } from "../story.ts";
import type { Story } from "../story.ts";

/** All that can be asked of a run in `harness runs`, by name: how it went, then what it was made of. null: nobody knows. */
export type RunFields = ReadonlyMap<string, string | number | null>;

export async function runFields(
  storage: Pick<Ports, "journal" | "blobs">,
  row: RunRow,
  owner: Owner | null,
): Promise<RunFields> {
  const [story, manifest] = [await readStory(storage.journal, row.id), await readManifest(storage, row.id)];
  return new Map([
    ["id", row.id],
    ["created", manifest.created],
    ["title", manifest.data.title],
    ...courseOf(story, owner),
    ["parent", manifest.parent?.run ?? null],
    ["grade", manifest.grade],
    ...fieldsOf(manifest).map((field) => [field.key, valueOf(field)] as const),
  ]);
}

/** Money in dollars, time in seconds at work. */
function courseOf(story: Story, owner: Owner | null): readonly (readonly [string, string | number | null])[] {
  const { run, attempts } = story;
  const tasks = [...run.tasks.values()];
  const { micros, unpriced, tokens, turns, wallMs } = run.spent;
  return [
    ["standing", standing(run, owner)],
    ["outcome", run.outcome],
    ["tasks", tasks.length],
    ["accepted", tasks.filter(({ status }) => status === "accepted").length],
    ["attempts", attempts.length],
    ["cost", unpriced > 0 && micros === 0 ? null : micros / 1e6],
    ["tokens", tokens],
    ["turns", turns],
    ["seconds", Math.round(wallMs / 1000)],
    ["crashes", story.crashes.length],
    ["head", run.head],
  ];
}

function valueOf({ value, exact }: Field): string | number | null {
  const plain: unknown = JSON.parse(exact);
  if (plain === null || value === "none") return null;
  return typeof plain === "number" ? plain : value;
}
