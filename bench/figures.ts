/** One line of the result. `aim`: the ratio we want at most; null where it is only reported. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly floor: number;
  readonly unit: "ms" | "µs" | "bytes";
  readonly aim: number | null;
}

export type Bench = (say: (line: string) => void) => Promise<readonly Figure[]>;

export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Both in turn, `rounds` times after one round that does not count: the machine's moods meet both alike. */
export async function inTurn(
  rounds: number,
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<{ readonly first: number; readonly second: number }> {
  await first();
  await second();
  const samples: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) samples.push([await first(), await second()]);
  return { first: median(samples.map(([a]) => a)), second: median(samples.map(([, b]) => b)) };
}

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, floor, unit, aim }) => {
    const ratio = value / floor;
    const verdict = aim === null ? "" : `aim ≤ ${aim} ×${ratio > aim ? "   missed" : ""}`;
    return [name, `${number(value)} ${unit}`, `${number(floor)} ${unit}`, `${ratio.toFixed(2)} ×`, verdict];
  });
  const all = [["", "figure", "floor", "ratio", ""], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 4
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}
