import type { Card } from "../../core/card.ts";
import type { Instant } from "../../core/id.ts";
import { cardRows, saidLines } from "./card-rows.ts";
import type { EditedCard } from "./card-rows.ts";
import { foldWords } from "./fold.ts";
import { frame } from "./frame.ts";
import { inFrame } from "./visible.ts";
import { age, plural, timeOfDay } from "./words.ts";

/** What a card is shown with: of what, and where. */
export interface CardSight {
  /** Of the terminal. */
  readonly columns: number;
  readonly short: string;
  readonly run: string;
  readonly task: string | null;
  readonly askedAt: Instant;
  readonly now: Instant;
  /** When the request ends; null: never. */
  readonly expires: Instant | null;
  /** Other requests that are the same. */
  readonly alike: number;
  /** What can be pressed, as it is shown; none where nobody can press a key. */
  readonly keys: readonly string[];
  /** What else goes on meanwhile. */
  readonly aside: string;
  /** Set where a person changed what would run. */
  readonly edited: EditedCard | null;
}

/**
 * The card of a request, drawn by the harness from what would run: in a frame, of which no line is wider than the
 * terminal. What the agent says of it stands apart. `card`: a text, where a run of an older version asked.
 */
export const cardText = (card: Card | string, sight: CardSight): string =>
  `${cardLines(card, sight, false).join("\n")}\n`;

/** As `cardText`, with nothing left out. */
export const cardInFull = (card: Card | string, sight: CardSight): readonly string[] =>
  cardLines(card, sight, true);

function cardLines(card: Card | string, sight: CardSight, isWhole: boolean): readonly string[] {
  const { keys, aside, columns } = sight;
  const title = titleOf(sight);
  if (typeof card === "string") {
    const lines = (width: number): readonly string[] =>
      card.split("\n").flatMap((line) => foldWords(inFrame(line), width));
    return frame({ title, rows: [{ name: "asks", lines }], quoted: null, keys, aside }, columns);
  }
  const rows = [
    ...cardRows(card, sight.edited, isWhole),
    ...noteRows(sight).map(([name, text]) => ({ name, lines: (width: number) => foldWords(text, width) })),
  ];
  const quoted = {
    title: "the agent says (its own words, unchecked)",
    lines: (width: number) => saidLines(card.says, width, isWhole),
  };
  return frame({ title, rows, quoted, keys, aside }, columns);
}

function titleOf({ short, run, task, askedAt, now, edited }: CardSight): string {
  const seconds = String(new Date(askedAt).getSeconds()).padStart(2, "0");
  const ago = now - askedAt < 60_000 ? "" : `, ${age(now - askedAt)} ago`;
  return [
    `approval ${short}${edited === null ? "" : ", edited by you"}`,
    `run ${run}`,
    ...(task === null ? [] : [`task ${task}`]),
    `asked ${timeOfDay(askedAt, now)}:${seconds}${ago}`,
  ].join(" · ");
}

const noteRows = ({ alike, expires, now }: CardSight): readonly (readonly [string, string])[] => [
  ...(alike === 0
    ? []
    : [["alike", `${plural(alike, "more request is", "more requests are")} the same`] as const]),
  ...(expires === null
    ? []
    : [
        [
          "until",
          expires <= now ? "it has expired: a yes comes too late" : `expires in ${age(expires - now)}`,
        ] as const,
      ]),
];
