import type { Arm } from "../answer.ts";
import type { Side } from "../receipt/receipt.ts";
import type { StoredReport } from "./report.ts";

/** The arms of a report in the order people read them: what there was, then what is new. */
export function sidesOf({
  candidate,
  baseline,
  best,
}: StoredReport): readonly { readonly arm: Arm; readonly side: Side }[] {
  return [
    ...(best === null ? [] : [{ arm: "best" as const, side: best }]),
    ...(baseline === null ? [] : [{ arm: "baseline" as const, side: baseline }]),
    { arm: "candidate", side: candidate },
  ];
}

/** `worker@5`; a working file `worker=file`. */
export const sideText = ({ name, version }: Side): string =>
  version === null ? `${name}=file` : `${name}@${version}`;
