/** An exporter that dies as it is told: `url`, `traces.db`, run, the how-manieth failpoint it dies at (0: none). */
import { openCursors } from "../../../src/edges/traces/cursor.ts";
import { Exporter } from "../../../src/edges/traces/exporter.ts";
import { eventsOfRun, langfuse, longRun, sourceOf } from "./items.ts";

const [, , url = "", path = "", run = "", deadly = "0"] = process.argv;
const never = new AbortController().signal;
let passed = 0;
const exporter = new Exporter({
  source: sourceOf({ [run]: longRun(run, eventsOfRun) }),
  target: langfuse(url),
  cursors: openCursors(path),
  secrets: [],
  level: "full",
  version: "9.9.9",
  say: () => undefined,
  haste: never,
  halt: never,
  patience: 100,
  batch: { items: 9, bytes: 1_000_000 },
  courier: { pause: async () => undefined },
  failpoint: () => {
    passed += 1;
    if (passed === Number(deadly)) process.kill(process.pid, "SIGKILL");
  },
});
const ended = await exporter.send(run, never);
process.exitCode = ended.type === "done" ? 0 : 1;
