import type { ModelErrorClass, Part, Price, Stop, Usage } from "../../core/model.ts";

/** A script as read: what a model says, by thread and turn. */
export interface Script {
  readonly delayMs: number;
  readonly price: Price | null;
  /** In the order of the file. */
  readonly threads: readonly ScriptThread[];
}

export interface ScriptThread {
  /** A thread in which `*` stands for one segment. */
  readonly key: string;
  readonly turns: readonly ScriptTurn[];
}

export interface ScriptTurn {
  readonly say: string;
  readonly calls: readonly ScriptCall[];
  readonly stop: Stop | null;
  /** null: estimated; "none": the provider does not say. */
  readonly usage: Usage | "none" | null;
  /** The model id that answers; null: the one that was asked. */
  readonly served: string | null;
  /** null: the script's. */
  readonly delayMs: number | null;
  readonly fail: ScriptFailure | null;
}

export type ScriptCall = Pick<Extract<Part, { type: "call" }>, "tool" | "args" | "raw">;

/** Tries 1 to `times` of the turn fail. */
export interface ScriptFailure {
  readonly class: ModelErrorClass;
  readonly message: string;
  readonly times: number;
  readonly retryAfterMs: number | null;
  readonly usage: Usage | null;
}

/** The key a thread is answered from: one without `*`, then fewer `*`, then the first in the file. */
export function threadOf(script: Script, thread: string): ScriptThread | null {
  const fitting = script.threads.filter(({ key }) => fits(key, thread));
  return fitting.toSorted((a, b) => stars(a.key) - stars(b.key))[0] ?? null;
}

function fits(key: string, thread: string): boolean {
  const [wanted, given] = [key.split("/"), thread.split("/")];
  return (
    wanted.length === given.length && wanted.every((segment, i) => segment === "*" || segment === given[i])
  );
}

const stars = (key: string): number => key.split("/").filter((segment) => segment === "*").length;

/** Threads as they are spelled; `*` may stand for any segment. */
const forms = ["plan/VERSION", "task/TASK/ATTEMPT", "judge/TASK/ATTEMPT/GRADING", "goal/GRADING"] as const;

export const threadKinds: readonly string[] = forms.map((form) => form.split("/")[0] as string);

/** Why no thread can ever fit this key, or null. */
export function whyNoThread(key: string): string | null {
  const segments = key.split("/");
  const near = forms.filter((form) => segments[0] === "*" || form.startsWith(`${segments[0]}/`));
  if (near.length === 0) return `no thread is called so; threads are ${forms.join(", ")}`;
  if (near.some((form) => hasForm(segments, form.split("/")))) return null;
  return `no thread can fit it; write ${near.join(" or ")}, with * for any one segment`;
}

const hasForm = (segments: readonly string[], form: readonly string[]): boolean =>
  segments.length === form.length &&
  form.every((name, i) => {
    const segment = segments[i] ?? "";
    if (segment === "*" || i === 0) return true;
    return name === "TASK" ? /^[a-z0-9_-]+$/.test(segment) : /^(0|[1-9]\d*)$/.test(segment);
  });
