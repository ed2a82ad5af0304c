/** Reads along with the bytes of an answer, to know of its status line even where the rest cannot be read. */
export interface StatusLine {
  take(bytes: Uint8Array): void;
  /** The status of the answer (not of a `100 Continue` before it), once its line is whole. */
  status(): number | null;
}

/** More than this before a status line is none: headers of `1xx` answers, without end. */
const mostBytes = 262_144;

export function statusLine(): StatusLine {
  let held = "";
  let status: number | null = null;
  let seen = 0;
  return {
    take: (bytes) => {
      if (status !== null || seen > mostBytes) return;
      seen += bytes.length;
      held += Buffer.from(bytes).toString("latin1");
      ({ status, held } = read(held));
    },
    status: () => status,
  };
}

function read(text: string): { status: number | null; held: string } {
  for (let rest = text; ;) {
    const [, code = ""] = /^HTTP\/1\.[01] (\d{3})(?: [^\r\n]*)?\r?\n/.exec(rest) ?? [];
    if (code === "") return { status: null, held: rest };
    const isEarly = code.startsWith("1") && code !== "101";
    if (!isEarly) return { status: Number(code), held: "" };
    const end = /\r?\n\r?\n/.exec(rest);
    if (end === null) return { status: null, held: rest };
    rest = rest.slice(end.index + end[0].length);
  }
}
