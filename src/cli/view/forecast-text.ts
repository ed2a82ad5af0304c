import type { Forecast } from "../../core/event.ts";
import { dollars, short } from "./words.ts";

/** `$2.10–4.60, 25–50 min`; tokens where no price is known. */
export function forecastText({ micros, tokens, ms }: Forecast): string {
  return `${micros === null ? `${range(tokens, short)} tokens` : moneyRange(micros)}, ${timeRange(ms)}`;
}

type Range = readonly [number, number];

function range([low, high]: Range, say: (value: number) => string): string {
  const [from, to] = [say(low), say(high)];
  return from === to ? from : `${from}–${to}`;
}

function moneyRange(micros: Range): string {
  const [from, to] = [dollars(micros[0]), dollars(micros[1])];
  return from === to ? from : `${from}–${to.slice(1)}`;
}

/** In whole units that both ends are told in, rounded outwards. */
function timeRange([low, high]: Range): string {
  const [unit, name] = high < 120_000 ? [1_000, "s"] : high < 7_200_000 ? [60_000, "min"] : [3_600_000, "h"];
  return `${range([Math.floor(low / unit), Math.ceil(high / unit)], String)} ${name}`;
}
