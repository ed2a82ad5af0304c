import { createHash } from "node:crypto";
import type { Card } from "../../core/card.ts";
import { cells } from "./cells.ts";
import { fold, foldWords } from "./fold.ts";
import type { Row } from "./frame.ts";
import { disguisedIn, exact, exactName, hiddenIn, inFrame, visible } from "./visible.ts";
import { plural } from "./words.ts";

/** A card after a person changed what would run. `isJudged`: its risk is that of the changed call. */
export interface EditedCard {
  readonly isJudged: boolean;
}

/** What a person reads of a card before they answer. `isWhole`: nothing is shortened. */
export const cardRows = (card: Card, edited: EditedCard | null, isWhole: boolean): readonly Row[] => [
  { name: nameOf(card), lines: (width) => actionLines(card, width, isWhole) },
  ...sizeRow(card, isWhole),
  ...warningRows(card.action),
  words("in", placeText(card)),
  ...riskRows(card, edited, isWhole),
  words("if yes", consequence(card)),
  { name: "touches", lines: (width) => beside(touched(card, isWhole), undone(card), width) },
  ...(isWhole ? detailRows(card) : []),
];

/** What an agent says in a frame; long speeches are cut unless `isWhole`. */
export function saidLines(says: string, width: number, isWhole: boolean): readonly string[] {
  const text = says.trim();
  if (text === "") return ["(nothing)"];
  const lines = text.split("\n").flatMap((line) => foldWords(inFrame(line.replaceAll("\t", "  ")), width));
  if (isWhole || lines.length <= mostSaid) return lines;
  return [...lines.slice(0, mostSaid), `… ${plural(lines.length - mostSaid, "more line")} in the details`];
}

const mostSaid = 6;

const words = (name: string, text: string): Row => ({ name, lines: (width) => foldWords(text, width) });

const inSandbox = new Set(["bash", "read_file", "write_file", "edit_file", "search"]);

const nameOf = ({ tool }: Card): string =>
  tool === "bash" ? "run" : tool === "http_request" ? "send" : "call";

/** Rows at the beginning and end of a long command. */
const [head, tail] = [8, 4];
/** From so many characters on only those are looked at that these rows may hold. */
const huge = 8_000;
const [headSize, tailSize] = [1_500, 800];

/** The action as it is, line by line; what follows a `↪` or `⋮` is no line of its own. */
function actionLines(card: Card, width: number, isWhole: boolean): readonly string[] {
  const text = card.tool === "bash" ? card.action : `${card.tool} ${card.action}`;
  const isHuge = !isWhole && text.length > huge;
  const begun = linesOf(isHuge ? text.slice(0, headSize) : text, width);
  const ended = isHuge ? linesOf(text.slice(-tailSize), width) : begun;
  if (isWhole || (!isHuge && begun.length <= head + tail + 1)) return begun;
  const cut = isHuge ? "most of it is" : `${begun.length - head - tail} rows are`;
  return [...begun.slice(0, head), ...pieces(`⋮ ${cut} left out here`, width), ...ended.slice(-tail)];
}

const linesOf = (text: string, width: number): readonly string[] =>
  text.split("\n").flatMap((line) => pieces(withoutGaps(exact(line)), width));

function pieces(line: string, width: number): readonly string[] {
  const [first = "", ...rest] = fold(line, width);
  const more = rest.length === 0 ? [] : fold(rest.join(""), width - 2);
  return [first, ...more.map((piece) => `↪ ${piece}`)].map(withEnd);
}

/** A blank that ends a row could not be told from the room behind it. */
const withEnd = (piece: string): string => (piece.endsWith(" ") ? `${piece.slice(0, -1)}␠` : piece);

/** So many blanks that what follows would be far from where one looks. */
const withoutGaps = (line: string): string =>
  line.replaceAll(/ {24,}/g, (blanks) => ` ‹${blanks.length} spaces› `);

function sizeRow({ action }: Card, isWhole: boolean): readonly Row[] {
  const lines = action.split("\n").length;
  if (!isWhole && action.length <= 400 && lines <= head) return [];
  const digest = createHash("sha256").update(action.toWellFormed()).digest("hex").slice(0, 8);
  return [
    words("in all", `${plural(action.length, "character")} in ${plural(lines, "line")}, sha256 ${digest}`),
  ];
}

function warningRows(action: string): readonly Row[] {
  const hidden = hiddenIn(action);
  const disguised = disguisedIn(action);
  return [
    ...(hidden.length === 0
      ? []
      : [words("careful", `contains characters that cannot be seen: ${someOf(hidden)}`)]),
    ...(disguised.length === 0
      ? []
      : [words("careful", `contains letters that are others than they look: ${someOf(disguised)}`)]),
  ];
}

const someOf = (items: readonly string[], most = 8): string =>
  items.length <= most
    ? items.join(", ")
    : `${items.slice(0, most).join(", ")} and ${items.length - most} more`;

const placeText = ({ tool, cwd, tree }: Card): string =>
  inSandbox.has(tool)
    ? `${visible(cwd)}, a private copy (snapshot ${tree.slice(0, 4)}); your directory is not touched`
    : `sent from this machine, outside the sandbox (its workspace is at snapshot ${tree.slice(0, 4)})`;

function riskRows(card: Card, edited: EditedCard | null, isWhole: boolean): readonly Row[] {
  if (edited?.isJudged === false)
    return [words("risk", "not judged yet: you changed it, and the policy judges it again before it runs")];
  const { parts, risk, askFrom } = card;
  const rule =
    card.rule === null ? `no rule matched; ask_from: ${askFrom}` : `asked because of ${inFrame(card.rule)}`;
  const shown = isWhole ? parts : parts.slice(0, mostParts);
  const [first, ...others] = shown.map((part) => ({ why: `${part.risk}: ${inFrame(part.because)}`, part }));
  const more = parts.length - shown.length;
  return [
    { name: "risk", lines: (width) => beside(first?.why ?? risk, rule, width) },
    ...(first === undefined ? [] : whichRows(card, first.part.text, isWhole)),
    ...others.flatMap(({ why, part }) => [words("", why), ...whichRows(card, part.text, isWhole)]),
    ...(more > 0 ? [words("", `and ${more} more, which are in the details`)] : []),
  ];
}

const mostParts = 3;

/** Which sub-command it is about, where that is not all of the command; set in, on lines of its own. */
function whichRows({ action }: Card, text: string, isWhole: boolean): readonly Row[] {
  if (text.trim() === action.trim()) return [];
  const shown = isWhole ? text : shortened(text, 120);
  return [{ name: "", lines: (width) => linesOf(shown, width - 4).map((line) => `    ${line}`) }];
}

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 30)} … ${text.slice(-25)}`;

function consequence({ tool, hosts, grantMs }: Card): string {
  const valid = `valid ${Math.round(grantMs / 60_000)} min, once`;
  if (!inSandbox.has(tool)) return `this one request is sent; ${valid}`;
  if (hosts.length === 0) return `this runs in that copy; ${valid}`;
  const named = hosts.map(exactName).join(", ");
  return `this ${tool === "bash" ? "command" : "call"} alone may reach ${named}; ${valid}`;
}

const touched = ({ touches }: Card, isWhole: boolean): string =>
  touches.length === 0 ? "nothing that it names" : someOf(touches.map(exact), isWhole ? 500 : 8);

const undone = ({ isUndone }: Card): string => `undone by the snapshot: ${isUndone ? "yes" : "no"}`;

/** Two texts on one line where they fit with a gap, else below each other. */
function beside(left: string, right: string, width: number): readonly string[] {
  const gap = 5;
  return cells(left) + gap + cells(right) <= width
    ? [left + " ".repeat(gap) + right]
    : [...foldWords(left, width), ...foldWords(right, width)];
}

const detailRows = (card: Card): readonly Row[] => [
  { name: "arguments", lines: (width) => argumentLines(card, width) },
  words("tree", card.tree),
  words("image", inFrame(card.image)),
];

const argumentLines = ({ args }: Card, width: number): readonly string[] =>
  JSON.stringify(args, null, 2)
    .split("\n")
    .flatMap((line) => pieces(withoutGaps(exact(line)), width));
