import { z } from "zod";

const shared = {
  metric: z.string().min(1).describe("the name under which answers are scored"),
  better: z.enum(["higher", "lower"]),
  judged: z.boolean().default(false).describe("a rubric judge scores it, so its margin is not the true one"),
  floor: z
    .number()
    .optional()
    .describe("what a first version must reach, or stay below, with the bound of its interval"),
};

const margin = z.number().positive().describe("how much worse is still accepted, in units of the metric");

const rateGuard = z.strictObject({
  ...shared,
  kind: z.literal("rate").describe("each answer is 0 or 1"),
  margin,
});

const scoreGuard = z.strictObject({
  ...shared,
  kind: z.literal("score").describe("each answer lies in `range`"),
  range: z.tuple([z.number(), z.number()]).default([0, 1]),
  margin,
});

const ratioGuard = z.strictObject({
  ...shared,
  kind: z.literal("ratio").describe("amounts, like money and time: half of the items' ratios are judged"),
  ratio: z.number().gt(1).describe("how many times as much is still accepted; or how many times as little"),
});

const guardSpec = z.discriminatedUnion("kind", [rateGuard, scoreGuard, ratioGuard]);
export type GuardSpec = z.infer<typeof guardSpec>;

/** How the scores of a metric are read: a guard without what it accepts. */
export type Scale =
  | Pick<z.infer<typeof rateGuard>, "metric" | "better" | "kind">
  | Pick<z.infer<typeof scoreGuard>, "metric" | "better" | "kind" | "range">
  | Pick<z.infer<typeof ratioGuard>, "metric" | "better" | "kind">;

const ascending = (looks: readonly number[]): boolean =>
  looks.every((look, index) => look > (looks[index - 1] ?? 0));

/**
 * What a suite says before anything is measured; the receipt holds its digest. `alpha`: the chance, over all looks, that
 * a candidate passes which is exactly as much worse as one margin.
 */
export const gateSpec = z
  .strictObject({
    guards: z.record(z.string().min(1), guardSpec).refine((guards) => Object.keys(guards).length > 0, {
      message: "must name at least one guard",
    }),
    primary: z
      .strictObject({
        guard: z.string().describe("which guard's metric must get better"),
        by: z.number().min(0).default(0).describe("by more than this; of a ratio: by more than this share"),
      })
      .optional(),
    alpha: z.number().gt(0).max(0.2).default(0.05),
    power: z.number().min(0.5).lt(1).default(0.8),
    looks: z
      .array(z.int().positive())
      .min(1)
      .max(6)
      .default([2, 4, 8])
      .refine(ascending, { message: "must grow: how many answers to each case there are at each look" }),
    best_ever: z
      .strictObject({
        guards: z
          .array(z.string())
          .optional()
          .describe("which must hold; unless named, all where higher is better"),
        alpha: z.number().gt(0).max(0.2).default(0.01),
      })
      .prefault({}),
    on_error: z.literal("worst").default("worst"),
    least_df: z
      .number()
      .min(2)
      .default(10)
      .describe("below these effective degrees of freedom none is promoted"),
  })
  .superRefine((spec, context) => {
    for (const path of unknownGuards(spec)) {
      context.addIssue({ code: "custom", path, message: "names no guard: use one of `guards`" });
    }
    for (const [name, guard] of Object.entries(spec.guards)) {
      const fault = faultOf(guard);
      if (fault !== null) context.addIssue({ code: "custom", path: ["guards", name], message: fault });
    }
  });
export type GateSpec = z.infer<typeof gateSpec>;
export type GateText = z.input<typeof gateSpec>;

interface Naming {
  readonly guards: Readonly<Record<string, GuardSpec>>;
  readonly primary?: { readonly guard: string } | undefined;
  readonly best_ever: { readonly guards?: readonly string[] | undefined };
}

function unknownGuards({ guards, primary, best_ever }: Naming): (string | number)[][] {
  const isUnknown = (name: string): boolean => !Object.hasOwn(guards, name);
  const best = (best_ever.guards ?? []).flatMap((name, index) =>
    isUnknown(name) ? [["best_ever", "guards", index]] : [],
  );
  return primary !== undefined && isUnknown(primary.guard) ? [["primary", "guard"], ...best] : best;
}

function faultOf(guard: GuardSpec): string | null {
  if (guard.kind === "ratio") return (guard.floor ?? 1) > 0 ? null : "its floor must be above 0";
  const [low, high] = rangeOf(guard);
  if (low >= high) return "its range must go from less to more";
  if (guard.margin >= high - low) return "its margin must be narrower than its range";
  return (guard.floor ?? low) < low || (guard.floor ?? low) > high ? "its floor must lie in its range" : null;
}

/** The least and the most an answer can score. */
export function rangeOf(scale: Scale): readonly [number, number] {
  if (scale.kind === "ratio") return [0, Infinity];
  return scale.kind === "rate" ? [0, 1] : scale.range;
}

/** The guards of a suite that names none. */
export const defaultGuards: Readonly<Record<string, z.input<typeof guardSpec>>> = {
  quality: { kind: "score", metric: "quality", better: "higher", margin: 0.05, judged: true },
  refusals: { kind: "rate", metric: "refusal", better: "lower", margin: 0.02 },
  invalid: { kind: "rate", metric: "invalid", better: "lower", margin: 0.02 },
  cost: { kind: "ratio", metric: "cost", better: "lower", ratio: 1.15 },
};

/** Which guards must also hold against the best version there ever was. */
export const againstBest = (spec: GateSpec): readonly string[] =>
  spec.best_ever.guards ??
  Object.entries(spec.guards)
    .filter(([, { better }]) => better === "higher")
    .map(([name]) => name);
