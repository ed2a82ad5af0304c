import * as fc from "fast-check";

/** Of one unit and of two, half ones, and what means something somewhere. */
export const character = fc.constantFrom(
  "a",
  "Z",
  "é",
  "漢",
  "🎉",
  "\ud83c",
  "\n",
  "\r",
  "\0",
  "\u202e",
  " ",
  "/",
  ".",
  "[",
  "]",
  "{{",
);
