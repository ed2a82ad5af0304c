/**
 * One directory name for each name of a workspace: `/` is `.`, and whatever else is not a-z, 0-9, `-` or `_` is
 * `%` and its bytes in hex, so that no two names meet, on file systems that take A for a either.
 */
export function directoryOf(name: string): string {
  if (name === "") throw new Error("a workspace needs a name");
  return [...Buffer.from(name, "utf8")].map((byte, n) => spelled(byte, n === 0)).join("");
}

const slash = 0x2f;

function spelled(byte: number, isFirst: boolean): string {
  const char = String.fromCharCode(byte);
  if (/[a-z0-9_-]/.test(char)) return char;
  return byte === slash && !isFirst ? "." : `%${byte.toString(16).padStart(2, "0")}`;
}

/** The name `directoryOf` made a directory of; null where it made none. */
export function nameOf(directory: string): string | null {
  const escaped = directory.replaceAll(".", "%2f");
  const bytes = Buffer.from(
    escaped.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
  const name = bytes.toString("utf8");
  return name !== "" && directoryOf(name) === directory ? name : null;
}
