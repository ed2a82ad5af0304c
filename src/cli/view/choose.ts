import type { RunState } from "../../core/run.ts";
import type { Io } from "../io.ts";
import { liveView } from "./live.ts";
import type { ViewPorts } from "./live.ts";
import { jsonView, plainView } from "./plain.ts";
import type { View } from "./plain.ts";

/** Whether `chooseView` draws over itself. */
export const drawsPicture = (io: Io, json: boolean): boolean =>
  !json && io.isTerminal && io.env["TERM"] !== "dumb";

/**
 * NDJSON for machines, a live picture on a terminal, one line an event everywhere else. The picture takes `run` as it is
 * now and wants the entries after it; the others want all that are to be told. `keys`: what ctrl-c does.
 */
export function chooseView(
  io: Io,
  ports: ViewPorts,
  run: RunState,
  json: boolean,
  keys = "ctrl-c stops, resumable",
): View {
  if (json) return jsonView(io);
  return drawsPicture(io, json) ? liveView(io, ports, run, keys) : plainView(io, ports.blobs);
}
