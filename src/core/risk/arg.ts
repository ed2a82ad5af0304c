/** A word of a command as the program would get it, as far as that is known before it runs. */
export interface Arg {
  /** Its text; what is not known stands in it as one of the marks below. */
  readonly shape: string;
  readonly isGlob: boolean;
  /** It holds what another command printed, so it may carry out what that read. */
  readonly isOutput: boolean;
}

/** Text of any kind, that may hold a whole path. */
export const anything = "\uE000";
/** A name or number of the workspace's own: it leads to no other place. */
export const tame = "\uE001";
/** The directory of the user. */
export const homeMark = "\uE002";

const marks = /[\uE000-\uE002]/;

export const argOf = (shape: string): Arg => ({ shape, isGlob: false, isOutput: false });
export const unknownArg: Arg = argOf(anything);
export const tameArg: Arg = argOf(tame);

/** Its text where all of it is known. */
export function textOf({ shape, isGlob }: Arg): string | null {
  const text = shape.replace(homeMark, "~");
  return isGlob || marks.test(text) ? null : text;
}

/** Its text with what is not known left out. */
export const roughText = (arg: Arg): string => arg.shape.replaceAll(/[\uE000-\uE002]/g, "");

export const isUnknown = (arg: Arg): boolean => arg.shape.startsWith(anything);
export const holdsUnknown = (arg: Arg): boolean => arg.shape.includes(anything);
/** A path below the workspace, whatever stands for what is not known. */
export const isTame = ({ shape }: Arg): boolean =>
  !shape.includes(anything) && !/^[/~\uE002]|^-|(?:^|\/)\.\.(?:\/|$)/.test(shape);
