/**
 * The process that is killed: `node program.ts DIR RUN PORT ERRANDS`. It creates the run of DIR or takes it over, and
 * drives it to its end over the real storage, policy and `http_request`; people answer it while it lives. Each durable
 * event is a line `TYPE SUBJECT`. `EFFECTS_AT=append/after/call-started#2` names where it dies, `EFFECTS_STOP=1` says
 * that it is only stopped there. Where another process has the run it prints `owner PID` and ends.
 */
import { appendFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Body, By, Entry } from "../../../src/core/event.ts";
import type { OutsideTool } from "../../../src/core/ports.ts";
import { redaction } from "../../../src/core/redaction.ts";
import { drive } from "../../../src/loop/drive.ts";
import { createRun, policyOf, takeRun } from "../../../src/loop/own.ts";
import { assessing } from "../../../src/cli/assess.ts";
import { openOutside } from "../../../src/cli/outside.ts";
import { openPolicy, policySpec } from "../../../src/cli/policy.ts";
import { importDirectory } from "../../../src/edges/files/import.ts";
import { openStorage } from "../../../src/edges/sqlite/storage.ts";
import type { Storage } from "../../../src/edges/sqlite/storage.ts";
import { createdBody } from "../created.ts";
import { passingsFile, readDeath } from "../failpoints.ts";
import type { Goal } from "../goals.ts";
import { stateOf, workOf } from "../place.ts";
import { realPorts } from "../real-ports.ts";
import type { RealPorts } from "../real-ports.ts";
import { bareSandbox } from "./bare-sandbox.ts";
import { goalOf, rulesFor } from "./errands.ts";
import type { Errands } from "./errands.ts";
import { rulesOf } from "./person.ts";

const [dir = "", run = "", port = "", errands = "[]"] = process.argv.slice(2);
const { EFFECTS_AT: at, EFFECTS_STOP: stops } = process.env;
const by: By = { type: "person", user: "owner", tty: null };
await main(goalOf(JSON.parse(errands) as Errands, Number(port)));

async function main(goal: Goal): Promise<void> {
  const pass = failing(stops === "1" ? "SIGSTOP" : "SIGKILL");
  const storage = await openStorage(stateOf(dir), { failpoint: pass });
  const ports = await openPorts(goal, storage, pass);
  const owner: Body<"run-owned"> = { host: hostname(), pid: process.pid, boot: "1", harness: "0.0.0" };
  const isNew = (await ports.journal.runs()).length === 0;
  const owned = isNew
    ? await createRun(ports, run, await created(ports, goal), owner)
    : await takeRun(ports, run, owner);
  if ("owner" in owned) return void process.stdout.write(`owner ${owned.owner.pid}\n`);
  for (const entry of owned.entries) tell(entry);
  await policyOf(ports, owned, by);
  const never = new AbortController().signal;
  const isAttended = (): boolean => true;
  const stand = await drive(ports, owned.run, { drain: never, halt: never, observe: tell, isAttended });
  await owned.ownership.release();
  await storage.close();
  process.stdout.write(`stand ${stand}\n`);
}

/** Dies, or stops, at the place that is named. */
function failing(signal: "SIGKILL" | "SIGSTOP"): (at: string) => void {
  const death = at === undefined ? null : readDeath(at);
  let passed = 0;
  return (name) => {
    if (death === null || (death.at !== "*" && death.at !== name)) return;
    passed += 1;
    if (passed !== death.nth) return;
    appendFileSync(passingsFile(dir), `${name}\n`);
    process.kill(process.pid, signal);
  };
}

async function openPorts(goal: Goal, storage: Storage, pass: (at: string) => void): Promise<RealPorts> {
  const rules = [...rulesFor(Number(port)), ...rulesOf(dir)];
  const ports = await realPorts(dir, goal, storage, pass);
  const project = { approvals: { rules } };
  const outside = await openOutside({
    projectDir: dir,
    project,
    env: {},
    kept: { secrets: [], all: [], redaction: redaction([]) },
    policy: () => policy,
    now: () => ports.clock.now(),
  });
  const spec = policySpec(project, false, outside.digests);
  const policy = await openPolicy(storage.blobs, spec, ports.glob, assessing({}));
  return {
    ...ports,
    models: { ...ports.models, heldUntil: async () => null },
    sandbox: bareSandbox(),
    policy,
    probe: outside.probe,
    outside: outside.tools.map((tool) => mortal(tool, pass)),
  };
}

function mortal(tool: OutsideTool, pass: (at: string) => void): OutsideTool {
  return {
    spec: tool.spec,
    run: async (call, args, key, signal) => {
      pass("request/before");
      const effect = await tool.run(call, args, key, signal);
      pass("request/after");
      return effect;
    },
  };
}

async function created(ports: RealPorts, goal: Goal): Promise<Body<"run-created">> {
  const { tree } = await importDirectory({
    dir: workOf(dir),
    exclude: [],
    blobs: ports.blobs,
    onProgress: () => undefined,
  });
  return createdBody(ports, { base: tree, checks: goal.checks, limits: goal.limits });
}

function tell({ type, body }: Entry): void {
  const subject = "approval" in body ? body.approval : "call" in body ? body.call : "";
  process.stdout.write(`${type} ${subject}\n`);
}
