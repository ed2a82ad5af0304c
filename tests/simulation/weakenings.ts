import type { Change } from "../faults/changed-source.ts";

/** A build that does not keep its budgets, and what the books of the simulation must say of it. */
export interface Weakening {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly shows: RegExp;
}

const budget = "src/core/budget.ts";

export const weakenings: readonly Weakening[] = [
  {
    name: "nothing is reserved",
    changes: [
      { file: budget, from: "spent.micros + spent.reservedMicros + (next.micros ?? 0)", to: "spent.micros" },
      {
        file: budget,
        from: "spent.tokens + spent.reservedTokens + next.input + next.output",
        to: "spent.tokens",
      },
    ],
    shows: /^P7 .* has used \d+ (micros|tokens), and may have used \d+$/,
  },
  {
    name: "each of several calls side by side sees what is spent, and not what the others reserved",
    changes: [
      { file: budget, from: "spent.micros + spent.reservedMicros + (", to: "spent.micros + (" },
      { file: budget, from: "spent.tokens + spent.reservedTokens + ", to: "spent.tokens + " },
    ],
    shows: /^P7 .* has used \d+ (micros|tokens), and may have used \d+$/,
  },
  {
    name: "no margin is kept for what ends",
    changes: [
      {
        file: "src/core/decide/budgets.ts",
        from: "Math.min(5_000, Math.ceil(wallMs / 20))",
        to: "0 * wallMs",
      },
    ],
    shows: /^P7 .* has used \d+ wallMs, and may have used \d+$/,
  },
  {
    name: "commands are not ended before a ceiling of time",
    changes: [
      {
        file: "src/loop/bounded.ts",
        from: "const left = this.until === null ? Infinity : this.until - clock.now();",
        to: "const left = clock.now() > 0 ? Infinity : 0;",
      },
    ],
    shows: /^P7 .* has used \d+ wallMs, and may have used \d+$/,
  },
  {
    name: "a call that was cut by a crash costs nothing",
    changes: [
      {
        file: "src/core/recover.ts",
        from: "    usage: null,\n    charged,\n",
        to: "    usage: null,\n    charged: { micros: 0, input: 0, output: 0 },\n",
      },
    ],
    shows: /^P7 .* is not charged what was reserved for it$/,
  },
];
