/**
 * `helm`: the numbers HELM itself gives. `strict`: the same definitions with its known faults mended; each function says
 * which. Where a function takes no mode the two are one.
 */
export type Mode = "strict" | "helm";
