/** A box by its upper left corner, in CSS pixels. */
export interface Box {
  readonly id: string;
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

/** A line from the lower side of a box down to the upper side of another, past all boxes between them. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Corners of its way, from above to below: two for each row it passes, besides its ends. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Ids that each id needs. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/** Size of boxes, room between them and around all, in CSS pixels. */
export const size = { width: 206, height: 88, gapX: 22, gapY: 46, margin: 12 } as const;
