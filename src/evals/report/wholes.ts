import { classF1 } from "./class-f1.ts";
import { passAt } from "./pass-at.ts";
import type { StoredReport } from "./report.ts";
import type { Whole } from "./whole.ts";

/** What a suite wants of all answers at once, in its order; what is not defined is there with the reason. */
export const wholesOf = (report: StoredReport): readonly Whole[] =>
  report.wholes.flatMap((spec) => ("pass_at" in spec ? passAt(report, spec) : classF1(report, spec)));

/** `pass_at_2`, `classification_f1 macro`. */
export const wholeName = ({ name, part }: Pick<Whole, "name" | "part">): string =>
  part === null ? name : `${name} ${part}`;
