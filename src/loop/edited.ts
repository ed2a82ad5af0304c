import { canonical } from "../core/canonical.ts";
import { shorten } from "./texts.ts";

const begin = "[a person changed the arguments to ";

/** Stands above the result of a call whose arguments a person changed: the model asked for something else. */
export const editedNote = (args: unknown): string => `${begin}${shorten(canonical(args), 500)}]`;

export const isEdited = (result: string): boolean => result.startsWith(begin);
