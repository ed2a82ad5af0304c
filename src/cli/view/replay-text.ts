import type { Blobs } from "../../core/ports.ts";
import { placeOf } from "../../core/replay/conduct.ts";
import type { Deviation, Recorded, Replayed } from "../../loop/replay.ts";
import { deviationWords } from "../replay/deviation-words.ts";
import { textOf } from "./rows.ts";
import type { Rows } from "./rows.ts";
import { plural } from "./words.ts";

export interface ShownReplay {
  readonly run: string;
  readonly recorded: Recorded;
  readonly found: Replayed;
}

/** What a replay came to, for people. */
export async function replayText(
  blobs: Blobs,
  { run, recorded, found }: ShownReplay,
  columns: number,
): Promise<string> {
  const all = recorded.entries.length;
  const [first, ...others] = found.deviations;
  const rows: Rows = [
    ["replay", `run ${run} · ${plural(all, "event")} · no model was asked, and nothing outside was reached`],
    ["again", `${plural(found.same, "event")} came out as recorded: requests, decisions, verdicts, trees`],
    ...takenRows(found),
    ...(first === undefined ? [] : await deviationRows(blobs, first)),
    ...othersRow(others, found.isCutShort),
  ];
  return textOf(rows, columns);
}

const reasons = {
  ownership: "who worked on it, and under which rules",
  crash: "cut off by a crash",
  outside: "calls that reach outside",
  machine: "limits of its machine",
  kept: "taken over or collected",
} as const;

function takenRows({ taken }: Replayed): Rows {
  const words = Object.entries(taken).map(
    ([why, count]) => `${reasons[why as keyof typeof reasons]}: ${count}`,
  );
  return words.length === 0 ? [] : [["as it was", words.join(" · ")]];
}

async function deviationRows(blobs: Blobs, first: Deviation): Promise<Rows> {
  const event = first.recorded ?? first.found;
  const place = event === null ? "" : `, ${placeOf(event)}`;
  const lines = await deviationWords(blobs, first);
  return [["differs", `first at event ${first.seq}${place}`], ...lines.map((line) => ["", line] as const)];
}

function othersRow(others: readonly Deviation[], isCutShort: boolean): Rows {
  const more =
    others.length === 0
      ? []
      : [
          `${plural(others.length, "event")} after it ${others.length === 1 ? "differs" : "differ"} too: ${others
            .slice(0, 8)
            .map(({ seq }) => seq)
            .join(", ")}`,
        ];
  const cut = isCutShort ? ["the run would go another way from there, so the rest was not compared"] : [];
  const text = [...more, ...cut].join("; ");
  return text === "" ? [] : [["then", text]];
}

export const replayJson = ({ run, recorded, found }: ShownReplay): object => ({
  run,
  events: recorded.entries.length,
  ...found,
  deviations: found.deviations.map(({ seq, recorded: before, found: now, instead }) => ({
    seq,
    place: before === null ? null : placeOf(before),
    recorded: before === null ? null : { type: before.type, body: before.body },
    found: now,
    instead,
  })),
});
