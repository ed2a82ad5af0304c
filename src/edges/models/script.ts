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
  /** The first that fits a request answers it. A plain list of turns is one way that fits always. */
  readonly ways: readonly ScriptWay[];
}

export interface ScriptWay {
  /** Texts that must all stand in the request, `spaced`. */
  readonly when: readonly string[];
  /** Texts of which none may. */
  readonly not: readonly string[];
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

/** The keys a thread may be answered from: one without `*`, then fewer `*`, then as in the file. */
export function threadsOf(script: Script, thread: string): readonly ScriptThread[] {
  const fitting = script.threads.filter(({ key }) => fits(key, thread));
  return fitting.toSorted((a, b) => stars(a.key) - stars(b.key));
}

function fits(key: string, thread: string): boolean {
  const [wanted, given] = [key.split("/"), thread.split("/")];
  return (
    wanted.length === given.length && wanted.every((segment, i) => segment === "*" || segment === given[i])
  );
}

/**
 * The turns that answer a request, and the key they are under: those of the first way that fits.
 * @param said all that stands in the request; asked for only where a way has conditions
 */
export function turnsFor(
  threads: readonly ScriptThread[],
  said: () => string,
): { readonly key: string; readonly turns: readonly ScriptTurn[] } | null {
  let text: string | null = null;
  const stands = (sought: string): boolean => (text ??= spaced(said())).includes(sought);
  for (const { key, ways } of threads) {
    const way = ways.find(({ when, not }) => when.every(stands) && !not.some(stands));
    if (way !== undefined) return { key, turns: way.turns };
  }
  return null;
}

/** Prose reads alike however its lines are broken. */
export const spaced = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

const stars = (key: string): number => key.split("/").filter((segment) => segment === "*").length;

/** Threads as they are spelled; `*` may stand for any segment. */
const forms = [
  "plan/VERSION",
  "task/TASK/ATTEMPT",
  "judge/TASK/ATTEMPT/GRADING",
  "goal/GRADING",
  "case/CASE/SAMPLE",
  "verdict/CASE/SAMPLE",
] as const;

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
    return (spelling[name] ?? number).test(segment);
  });

const number = /^(0|[1-9]\d*)$/;
const spelling: Readonly<Record<string, RegExp>> = { TASK: /^[a-z0-9_-]+$/, CASE: /^[\w.:-]+$/ };
