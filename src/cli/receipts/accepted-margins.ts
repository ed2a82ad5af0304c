import { meant } from "../../core/nearest.ts";
import { rangeOf } from "../../evals/gate/spec.ts";
import type { GateSpec, GuardSpec } from "../../evals/gate/spec.ts";
import { Refused } from "../exit.ts";

/**
 * A margin as a person signs for it: `-6` points of a metric from 0 to 1 (`+3` where lower is better), `1.3` times as much of
 * an amount, `-0.5` of any other metric in its own units; of a first version the floor itself: `70`.
 */
export function acceptText(guard: GuardSpec, value: number, isFloor: boolean): string {
  const number = String(Number((unitsOf(guard) * value).toPrecision(9)));
  return `${guard.kind === "ratio" || isFloor ? "" : signOf(guard)}${number}`;
}

const form = /^(?<name>[^=]+)=(?<sign>[-+−]?)(?<number>\d+(?:\.\d+)?|\.\d+)(?: ?(?:pts|points))?$/;

/** Reads `quality=-6`, `cost=1.3`, … as the gate takes them. @param isFirst there is no baseline @throws Refused */
export function acceptedMargins(
  gate: GateSpec,
  typed: readonly string[],
  isFirst: boolean,
): Record<string, number> {
  const found: Record<string, number> = {};
  for (const text of typed.flatMap((one) => one.split(","))) {
    const { name = "", sign = "", number = "" } = form.exec(text.trim())?.groups ?? {};
    if (name === "")
      throw new Refused(`--accept ${text}: write it like quality=-6 (points) or cost=1.3 (times)`);
    const guard = Object.hasOwn(gate.guards, name) ? gate.guards[name] : undefined;
    const names = Object.keys(gate.guards);
    if (guard === undefined)
      throw new Refused(
        `--accept ${text}: there is no guard ${name}${meant(name, names) || `; there are ${names.join(", ")}`}`,
      );
    if (Object.hasOwn(found, name))
      throw new Refused(`--accept ${text}: ${name} is there twice; say it once`);
    refuseSign(text, name, guard, sign, isFirst);
    found[name] = Number((Number(number) / unitsOf(guard)).toPrecision(12));
  }
  return found;
}

function refuseSign(text: string, name: string, guard: GuardSpec, sign: string, isFirst: boolean): void {
  if (sign === "") return;
  const right = guard.kind === "ratio" || isFirst ? "" : signOf(guard);
  if (sign.replace("−", "-") === right) return;
  const what =
    right === ""
      ? "it has no sign"
      : `${name} is worse ${right === "-" ? "below" : "above"}, so it begins with ${right}`;
  throw new Refused(`--accept ${text}: ${what}; write ${name}=${right}${text.replace(/^.*?=[-+−]/, "")}`);
}

const signOf = ({ better }: GuardSpec): string => (better === "higher" ? "-" : "+");

function unitsOf(guard: GuardSpec): number {
  if (guard.kind === "ratio") return 1;
  const [low, high] = rangeOf(guard);
  return low === 0 && high === 1 ? 100 : 1;
}
