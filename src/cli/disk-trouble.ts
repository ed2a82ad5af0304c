/** What a disk does and what a person can do about it; `codes` of the system and of SQLite, with their longer forms. */
const troubles: readonly (readonly [codes: readonly string[], does: string, mend: string])[] = [
  [["ENOSPC", "EDQUOT", "SQLITE_FULL"], "is full", "make room"],
  [["EROFS", "SQLITE_READONLY"], "is read-only", "make it writable"],
  [["EIO", "SQLITE_IOERR"], "fails with an I/O error", "see to the disk"],
];

export interface DiskTrouble {
  readonly does: string;
  readonly mend: string;
}

/** null: the error does not come from a disk. */
export function diskTrouble(error: unknown): DiskTrouble | null {
  const said: unknown = (error as NodeJS.ErrnoException | null)?.code;
  // Errors of the web platform have numbers there.
  const code = typeof said === "string" ? said : "";
  const found = troubles.find(([codes]) => codes.some((one) => code === one || code.startsWith(`${one}_`)));
  return found === undefined ? null : { does: found[1], mend: found[2] };
}
