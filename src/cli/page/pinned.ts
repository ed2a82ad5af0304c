import type { RunState } from "../../core/run.ts";
import type { ManifestRow } from "./manifest.ts";

/** What a run pinned at its start, field by field; what there was none of is left out. */
export function pinnedRows({ pins, limits, base, goal, config, seed }: RunState): readonly ManifestRow[] {
  const { harness, prompts, rubrics, models, ...environment } = pins;
  const { task, ...numbers } = limits;
  return [
    ...rows("code", { harness, base, goal, config }),
    ...rows("models", models),
    ...rows("prompts", prompts),
    ...rows("rubrics", rubrics),
    ...rows("environment", environment),
    ...rows("limits", { ...numbers, seed }),
    ...rows("limits of a task", task),
  ];
}

type Value = string | number | boolean | null;

const rows = (group: string, fields: Readonly<Record<string, Value>>): readonly ManifestRow[] =>
  Object.entries(fields).flatMap(([key, value]) =>
    value === null ? [] : [{ group, key, value: String(value) }],
  );
