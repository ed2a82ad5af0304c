import { z } from "zod";
import type { Json } from "../../core/canonical.ts";
import { meant } from "../../core/nearest.ts";
import { concerns } from "../metrics/worst-case.ts";
import type { Concern } from "../metrics/worst-case.ts";
import type { Perturbed } from "../perturb/perturbation.ts";
import { perturbationNamed, perturbations } from "../perturb/table.ts";
import type { Case, PromptCase } from "../suite/case.ts";
import type { SuiteSpec } from "../suite/spec.ts";

/** A form in which cases are put besides the one they are written in. */
export interface Form {
  /** `robustness:mild_mix`, `fairness:gender`; of two of one name the second is `fairness:gender#2`. */
  readonly id: string;
  /** null: all texts. */
  readonly variables: readonly string[] | null;
  readonly change: (instance: {
    readonly id: string;
    readonly seed: null;
    readonly input: string;
    readonly references: readonly string[];
  }) => Perturbed;
}

/** The forms a suite's report needs, of a suite of which `formFaults` says nothing. */
export function formsOf(suite: SuiteSpec): readonly Form[] {
  const seen = new Map<string, number>();
  return asked(suite).flatMap((one) => {
    const change = made(one);
    if (typeof change === "string") return [];
    const id = `${one.concern}:${one.name}`;
    const nth = (seen.get(id) ?? 0) + 1;
    seen.set(id, nth);
    return [{ id: nth === 1 ? id : `${id}#${nth}`, variables: suite.perturb.variables ?? null, change }];
  });
}

/** What is wrong with the forms a suite names, a line each. */
export function formFaults(suite: SuiteSpec): readonly string[] {
  const { kind, report } = suite;
  const wanted = concerns.filter((concern) => report.includes(concern));
  if (kind !== "prompt")
    return wanted.map((concern) => `report: ${concern} is of suites of kind prompt: leave it out`);
  return asked(suite).flatMap((one) => {
    const change = made(one);
    return typeof change === "string" ? [`perturb.${one.concern}: ${change}`] : [];
  });
}

interface AskedForm {
  readonly concern: Concern;
  readonly name: string;
  readonly params: Json;
}

function asked({ kind, report, perturb }: SuiteSpec): readonly AskedForm[] {
  if (kind !== "prompt") return [];
  return concerns
    .filter((concern) => report.includes(concern))
    .flatMap((concern) =>
      perturb[concern].flatMap((form) =>
        typeof form === "string"
          ? [{ concern, name: form, params: {} }]
          : Object.entries(form).map(([name, params]) => ({ concern, name, params })),
      ),
    );
}

/** What it does to a text, or why there is no such form. */
function made({ name, concern, params }: AskedForm): Form["change"] | string {
  const found = perturbationNamed(name);
  const known = perturbations.filter((one) => one.concern === concern).map((one) => one.name);
  if (found === undefined)
    return `there is no perturbation ${name}${meant(name, known) || ";"} harness perturb lists all`;
  if (found.concern !== concern)
    return `${name} is about ${found.concern}: name it under perturb.${found.concern}`;
  try {
    return found.make(params, "strict");
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return `${name}: ${z.prettifyError(error).replaceAll("\n", " ")}; its form is ${found.form}`;
  }
}

/**
 * A case in another form; null: what it asks stays the same, so it is not asked again. Random choices follow from the case's id
 * alone, as HELM's from an instance's. What swaps people swaps the same ones in all variables and in what is expected.
 */
export function put(given: Case, form: Form): Case | null {
  if (!("vars" in given) || "answer" in given) return null;
  const names = Object.keys(given.vars).filter(
    (name) => textIn(given.vars[name]).length > 0 && (form.variables?.includes(name) ?? true),
  );
  const texts = names.flatMap((name) => textIn(given.vars[name]));
  const changed = form.id.startsWith("fairness:")
    ? together(given, texts, form)
    : { texts: texts.map((text) => changedAlone(given.id, text, form)), expect: expectedOf(given) };
  // Where only what is expected changed, the question no longer asks for it.
  if (changed.texts.every((text, at) => text === texts[at])) return null;
  const vars = {
    ...given.vars,
    ...Object.fromEntries(names.map((name, at) => [name, changed.texts[at] ?? ""])),
  };
  return { ...given, vars, ...expecting(given, changed.expect) };
}

const textIn = (value: unknown): readonly string[] => (typeof value === "string" ? [value] : []);

const changedAlone = (id: string, input: string, { change }: Form): string =>
  change({ id, seed: null, input, references: [] }).input;

interface Texts {
  readonly texts: readonly string[];
  readonly expect: readonly string[];
}

/** The first variable is the input, all else goes along with it as references do, by one run of numbers. */
function together(given: PromptCase, [input = "", ...others]: readonly string[], { change }: Form): Texts {
  const expect = expectedOf(given);
  const { input: first, references } = change({
    id: given.id,
    seed: null,
    input,
    references: [...expect, ...others],
  });
  return { texts: [first, ...references.slice(expect.length)], expect: references.slice(0, expect.length) };
}

const expectedOf = ({ expect = [] }: PromptCase): readonly string[] => [expect].flat();

function expecting({ expect }: PromptCase, changed: readonly string[]): Pick<PromptCase, "expect"> {
  if (expect === undefined) return {};
  return { expect: typeof expect === "string" ? (changed[0] ?? expect) : [...changed] };
}
