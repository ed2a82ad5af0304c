import { loadChanged } from "./changed-source.ts";
import { faults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import type { Look } from "./hunt.ts";

/**
 * A process of its own for each hunt, because a changed module stays changed. Arguments: name of the fault, stage,
 * most seeds. Prints what the hunt came to as one line of JSON.
 *
 * `refused`: the bug meets what refuses it, and the run must be stopped by that. `found`: it does not, and the checks
 * must find it. `sound`: no bug, and nothing may be found.
 */
const [name, stage, most] = process.argv.slice(2);
const fault = faults.find((one) => one.name === name);
const isFound = ({ lines }: Look, { promises, about = "" }: Fault): string | null =>
  lines.find(({ promise, text }) => promises.some((one) => one === promise) && text.includes(about))?.text ??
  null;
const isRefused = ({ stop }: Look, { refusedBy }: Fault): string | null =>
  refusedBy !== undefined && stop?.startsWith(`${refusedBy}: `) === true ? stop : null;

const unloaded = loadChanged([
  ...(fault?.changes ?? []),
  ...(stage === "found" ? (fault?.refusals ?? []) : []),
]);
const { hunt } = await import("./hunt.ts");
const wanted = (look: Look): string | null => {
  if (fault === undefined) return look.stop;
  return stage === "found" ? isFound(look, fault) : isRefused(look, fault);
};
const compares = fault === undefined || fault.promises.includes("P5");
const result = await hunt(fault?.lie ?? null, compares, wanted, Number(most));
if (unloaded().length > 0) throw new Error(`not loaded after it was to be changed: ${unloaded().join(", ")}`);
process.stdout.write(`${JSON.stringify(result)}\n`);
