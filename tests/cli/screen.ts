import { cells } from "../../src/cli/view/cells.ts";

/** As much of a terminal as the live view needs: a grid that scrolls, and the few controls that are allowed on it. */
export interface Screen {
  write(text: string): void;
  /** What has scrolled away and what is shown, top to bottom, without trailing blanks. */
  lines(): readonly string[];
  /** How often a line was longer than the screen is wide. */
  readonly wrapped: number;
  readonly cursorShown: boolean;
}

/** What follows escape and bracket. */
const control = /(\??)(\d*)([A-Za-z])/y;
const begin = "\u001b[";

/** @throws Error for a control character or sequence it does not know: nothing else may reach a terminal. */
export function newScreen(columns: number, height: number): Screen {
  const gone: string[] = [];
  const rows: string[][] = [[]];
  const at = { row: 0, column: 0 };
  const state = { wrapped: 0, cursorShown: true, wraps: true };

  const down = (): void => {
    at.row += 1;
    if (rows[at.row] === undefined) rows.push([]);
    if (rows.length <= height) return;
    gone.push((rows.shift() ?? []).join(""));
    at.row -= 1;
  };
  const put = (character: string): void => {
    if (at.column >= columns) {
      state.wrapped += 1;
      if (state.wraps) {
        at.column = 0;
        down();
      } else at.column = columns - 1;
    }
    const row = rows[at.row] ?? [];
    while (row.length < at.column) row.push(" ");
    row[at.column] = character;
    at.column += 1;
  };
  const obey = (isPrivate: boolean, count: string, name: string): void => {
    const row = rows[at.row] ?? [];
    if (isPrivate && count === "25" && (name === "h" || name === "l")) state.cursorShown = name === "h";
    else if (isPrivate && count === "7" && (name === "h" || name === "l")) state.wraps = name === "h";
    else if (name === "A") at.row = Math.max(0, at.row - Number(count || 1));
    else if (name === "K") row.length = Math.min(row.length, at.column);
    else if (name === "J") {
      row.length = Math.min(row.length, at.column);
      rows.length = at.row + 1;
    } else if (name !== "m")
      throw new Error(`no terminal control is called ${isPrivate ? "?" : ""}${count}${name}`);
  };
  return {
    write: (text) => {
      for (let index = 0; index < text.length;) {
        control.lastIndex = index + begin.length;
        const found = text.startsWith(begin, index) ? control.exec(text) : null;
        const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
        index += found === null ? character.length : begin.length + found[0].length;
        if (found !== null) obey(found[1] === "?", found[2] ?? "", found[3] ?? "");
        else if (character === "\r") at.column = 0;
        else if (character === "\n") {
          at.column = 0;
          down();
        } else if (/\p{Cc}/u.test(character))
          throw new Error(`control character ${JSON.stringify(character)}`);
        else {
          put(character);
          // A character of two cells fills the second with nothing.
          if (cells(character) === 2) put("");
        }
      }
    },
    lines: () => [...gone, ...rows.map((row) => row.join(""))].map((line) => line.trimEnd()),
    get wrapped() {
      return state.wrapped;
    },
    get cursorShown() {
      return state.cursorShown;
    },
  };
}
