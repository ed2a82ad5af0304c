import type { Ports } from "../../core/ports.ts";
import type { RunState } from "../../core/run.ts";
import type { Io } from "../io.ts";
import { liveView } from "./live.ts";
import { jsonView, plainView } from "./plain.ts";
import type { View } from "./plain.ts";

/** NDJSON for machines, a live picture on a terminal, one line an event everywhere else. */
export function chooseView(
  io: Io,
  ports: Pick<Ports, "blobs" | "clock" | "journal">,
  run: RunState,
  json: boolean,
): View {
  if (json) return jsonView(io);
  return io.isTerminal && io.env["TERM"] !== "dumb" ? liveView(io, ports, run) : plainView(io, ports.blobs);
}
