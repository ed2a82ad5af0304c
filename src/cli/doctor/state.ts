import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { wrong } from "./finding.ts";
import type { Finding, Mark } from "./finding.ts";
import type { Question, Said } from "./state-probe.ts";

/** The file beside this one: as TypeScript in a checkout, as JavaScript in the package. */
const probeFile = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./state-probe.ts", import.meta.url)
    : new URL("./state-probe.js", import.meta.url);

/** The project's disk, its state directory, runs and databases: whatever was found within `ms`. */
export async function stateFindings(question: Question, ms: number): Promise<readonly Finding[]> {
  const child = spawn(process.execPath, [fileURLToPath(probeFile()), JSON.stringify(question)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const findings: Finding[] = [];
  const last: { begun: { readonly name: string; readonly late: Mark } } = {
    begun: { name: "state", late: "wrong" },
  };
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as Said;
    if ("finding" in said) findings.push(said.finding);
    else last.begun = { name: said.begins, late: said.late };
  });
  const end = Promise.withResolvers<"late" | number | null>();
  const timer = setTimeout(() => end.resolve("late"), ms);
  child.on("close", (code) => end.resolve(code));
  child.on("error", (error) => {
    complaint = error.message;
    end.resolve(null);
  });
  const ended = await end.promise;
  clearTimeout(timer);
  if (ended === 0) return findings;
  if (ended !== "late") throw new Error(`the look at the state directory ended with ${ended}: ${complaint}`);
  // What waits for a disk cannot be killed, and is not waited for.
  child.kill("SIGKILL");
  child.unref();
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  const { name, late } = last.begun;
  const what = `no answer within ${ms / 1000} s`;
  return [...findings, { ...wrong(name, what, "look at the disk, or wait and try again"), mark: late }];
}
