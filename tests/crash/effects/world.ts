import { newPlace } from "../place.ts";
import type { Place } from "../place.ts";
import type { Book } from "./book.ts";
import type { Errands } from "./errands.ts";

/** A run, the directory it lives in, and the world outside, which knows it by its id. */
export interface World {
  readonly place: Place;
  readonly run: string;
  readonly errands: Errands;
  readonly book: Book;
  /** Whatever is asked is granted as it is. */
  readonly isAllGranted: boolean;
}

export const newWorld = async (
  book: Book,
  run: string,
  errands: Errands,
  isAllGranted = false,
): Promise<World> => ({ place: await newPlace(), run, errands, book, isAllGranted });
