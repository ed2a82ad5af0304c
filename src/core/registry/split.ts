import { canonical } from "../canonical.ts";
import type { Json } from "../canonical.ts";
import type { Digest } from "../id.ts";

/** The two parts of a dataset that is split. */
export type Side = "train" | "held_out";

/**
 * The part in which all rows with this value are, in every dataset that is split by the same share: the first 52 bits of
 * the value's digest, as a fraction, are below the share. A larger share only moves values to `train`.
 */
export function sideOf(sha256: (text: string) => Digest, value: Json, share: number): Side {
  const fraction = Number.parseInt(sha256(canonical(value)).slice(0, 13), 16) / 2 ** 52;
  return fraction < share ? "train" : "held_out";
}
