import type { Scale } from "../../evals/gate/spec.ts";
import { age, dollars, short } from "../view/words.ts";

const none = "–";

/** A score as people read it: `.843`, `1.3 %` of what should be rare, `$.0041`, `8.1 s`. null: there is none. */
export function valueText(scale: Scale, value: number | null, digits = 3): string {
  if (value === null) return none;
  if (scale.kind === "ratio") return amountText(scale.metric, value);
  if (!isShare(scale)) return signed(Number(value.toPrecision(digits)));
  return isRare(scale) ? `${(100 * value).toFixed(1)} %` : share(value, digits);
}

/** A difference: `+0.6 pts`, `×1.10`, `+0.31`. */
export const differenceText = (scale: Scale, difference: number | null, more = 0): string =>
  difference !== null && scale.kind !== "ratio" && isShare(scale)
    ? `${bareText(scale, difference, more)} pts`
    : bareText(scale, difference, more);

/** The same without its unit, as it stands beside one: `−5.0`. `more`: so many more digits. */
export function bareText(scale: Scale, difference: number | null, more = 0): string {
  if (difference === null) return none;
  if (scale.kind === "ratio") return timesText(difference, 2 + more);
  return isShare(scale) ? withSign(100 * difference, 1 + more) : withSign(difference, 2 + more);
}

/** A margin as a person writes one: `−5 pts`, `×1.15`. */
export function plannedText(scale: Scale, margin: number): string {
  if (scale.kind === "ratio") return timesText(margin);
  const sign = scale.better === "higher" ? "−" : "+";
  return isShare(scale) ? `${sign}${plainNumber(100 * margin)} pts` : `${sign}${plainNumber(margin)}`;
}

/** An amount of what a metric counts: money, time, tokens. */
export function amountText(metric: string, amount: number): string {
  if (metric === "cost") return moneyText(1e6 * amount);
  if (metric === "latency") return timeText(amount);
  return metric.endsWith("tokens") ? short(Math.round(amount)) : String(Number(amount.toPrecision(3)));
}

/** `$8.71`, `$.45`, `$.0041`. */
export function moneyText(micros: number): string {
  const value = micros / 1e6;
  if (value === 0 || value >= 0.995) return dollars(micros, 2);
  const digits = value >= 0.1 ? 2 : value >= 0.001 ? 4 : 6;
  return dollars(micros, digits).replace("$0.", "$.");
}

/** `812 ms`, `8.1 s`, `2.5 min`: of one answer. */
export function timeText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${(ms / 1_000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}

/** `40 s`, `11 min`, `1 h 5 min`: how long an evaluation takes. */
export const spanText = (ms: number): string => (ms < 60_000 ? `${Math.round(ms / 1_000)} s` : age(ms));

/** `3,840`. */
export const countText = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");

/** `.79`, `1.00`: a number from 0 to 1. */
export const share = (value: number, digits: number): string =>
  value
    .toFixed(digits)
    .replace(/^(-?)0\./, "$1.")
    .replace("-", "−");

/** What rounds to nothing has no sign of its own. */
const withSign = (value: number, digits: number): string => {
  const text = Math.abs(value).toFixed(digits);
  return `${value < 0 && Number(text) !== 0 ? "−" : "+"}${text}`;
};

const timesText = (ratio: number, digits = 2): string =>
  `×${ratio >= 100 ? Math.round(ratio) : ratio.toFixed(digits)}`;

const plainNumber = (value: number): string => String(Number(value.toPrecision(6)));

const signed = (value: number): string => String(value).replace("-", "−");

/** From 0 to 1, so that people count in hundredths. */
const isShare = (scale: Scale): boolean =>
  scale.kind === "rate" || (scale.kind === "score" && scale.range[0] === 0 && scale.range[1] === 1);

const isRare = (scale: Scale): boolean => scale.kind === "rate" && scale.better === "lower";
