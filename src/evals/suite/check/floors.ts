import type { GateSpec } from "../../gate/spec.ts";
import { holds, warns } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** While nothing is in production, something can be promoted: what a first version must reach is said. */
export function checkFloors({ guards }: GateSpec, hasProduction: boolean): Finding {
  if (hasProduction) return holds("floors", "there is a version in production to compare with");
  const names = Object.entries(guards).flatMap(([name, { floor }]) => (floor === undefined ? [] : [name]));
  if (names.length > 0)
    return holds(
      "floors",
      `nothing is in production: a first version must reach that of ${names.join(", ")}`,
    );
  return warns(
    "floors",
    "nothing is in production, and no guard has a floor that a first version must reach, so harness eval refuses one",
    "write floor: in guards, like floor: 0.7",
  );
}
