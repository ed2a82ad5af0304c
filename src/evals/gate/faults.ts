import { itemFaults } from "./item.ts";
import type { ScoredItem } from "./item.ts";
import type { GateSpec, GuardSpec } from "./spec.ts";
import { rangeOf } from "./spec.ts";

/** Everything for which an evaluation cannot be judged, a line each: what, where, and what to do. */
export function gateFaults(
  spec: GateSpec,
  evaluation: {
    readonly items: readonly ScoredItem[];
    readonly looks: readonly number[];
    readonly accepted?: Readonly<Record<string, number>> | undefined;
  },
): string[] {
  const { items, looks, accepted = {} } = evaluation;
  const first = items.length > 0 && items.every(({ baseline }) => baseline.length === 0);
  return [
    ...lookFaults(spec, looks),
    ...Object.entries(accepted).flatMap(([name, value]) => acceptedFaults(spec, name, value, first)),
    ...(first ? firstFaults(spec, items) : []),
    ...itemFaults(spec, items),
  ];
}

function lookFaults(spec: GateSpec, looks: readonly number[]): string[] {
  const planned = spec.looks.join(", ");
  if (looks.length === 0) return [`no look was taken: name those taken, of the planned ${planned}`];
  const isPlanned = looks.every((look, index) => spec.looks.includes(look) && look > (looks[index - 1] ?? 0));
  return isPlanned
    ? []
    : [`looks at ${looks.join(", ")} are not those planned: take ${planned}, in that order`];
}

function acceptedFaults(spec: GateSpec, name: string, value: number, first: boolean): string[] {
  const guard = Object.hasOwn(spec.guards, name) ? spec.guards[name] : undefined;
  if (guard === undefined)
    return [`${name} is no guard: accept a margin of ${Object.keys(spec.guards).join(", ")}`];
  const fault = first ? floorFault(guard, value) : marginFault(guard, value);
  return fault === null ? [] : [`${name}=${value}: ${fault}`];
}

function marginFault(guard: GuardSpec, value: number): string | null {
  if (guard.kind === "ratio") return value >= guard.ratio ? null : `accept a ratio of ${guard.ratio} or more`;
  const [low, high] = rangeOf(guard);
  const isWider = value >= guard.margin && value < high - low;
  return isWider ? null : `accept a margin from ${guard.margin} to less than ${high - low}`;
}

function floorFault(guard: GuardSpec, value: number): string | null {
  const { floor, better } = guard;
  if (floor === undefined) return "it has no floor: give the guard one in the suite";
  const [low, high] = rangeOf(guard);
  const isLower = better === "higher" ? value <= floor : value >= floor;
  if (isLower && value >= low && value <= high) return null;
  return `accept a floor ${better === "higher" ? "of at most" : "of at least"} ${floor}`;
}

function firstFaults(spec: GateSpec, items: readonly ScoredItem[]): string[] {
  const hasFloor = Object.values(spec.guards).some(({ floor }) => floor !== undefined);
  return [
    ...(hasFloor ? [] : ["there is no baseline, and no guard has a floor: give one a floor in the suite"]),
    ...(items.some(({ best }) => best.length > 0)
      ? ["there is a best version but no baseline: evaluate the version in production too"]
      : []),
  ];
}
