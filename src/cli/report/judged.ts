import type { Decision } from "../../evals/gate/decide.ts";
import { leastLabels } from "../../evals/gate/judge.ts";
import type { GateSpec } from "../../evals/gate/spec.ts";
import { differenceText, share } from "./figures.ts";

/** `quality: finds .95 of good answers good …, so its margin is truly −6.7 pts`: what a judge leaves of each margin. */
export function judgedTexts({ guards }: GateSpec, { judged }: Pick<Decision, "judged">): readonly string[] {
  return Object.entries(judged).map(([name, { sensitivity, specificity, labels, proven, ...left }]) => {
    const guard = guards[name];
    const text = (margin: number | null): string =>
      margin === null || guard === undefined
        ? "any"
        : differenceText(guard, guard.better === "higher" ? -margin : margin);
    const trust = proven ? "" : `; unproven, ${leastLabels} labels make it`;
    return `${name}: finds ${share(sensitivity, 2)} of good answers good and ${share(specificity, 2)} of bad ones bad (${labels} labels), so its margin is truly ${text(left.effective)}, perhaps ${text(left.plausible)}${trust}`;
  });
}
