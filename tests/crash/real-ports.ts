import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import picomatch from "picomatch";
import { canonical, encodeJson } from "../../src/core/canonical.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Model } from "../../src/core/model.ts";
import type { Clock, OutsideTool, Ports, Prompts } from "../../src/core/ports.ts";
import type { ExecResult, Sandbox, Slot } from "../../src/core/sandbox.ts";
import type { RuleSpec } from "../../src/core/rule.ts";
import { embeddedSandbox } from "../../src/edges/embedded/sandbox.ts";
import type { Storage } from "../../src/edges/sqlite/storage.ts";
import { namedPolicy } from "../memory/policy.ts";
import { plainWorkspaces } from "../edges/files/plain-workspaces.ts";
import { modelName } from "./created.ts";
import { denied, says, unheard } from "./goals.ts";
import type { Goal } from "./goals.ts";
import { ledgerOf, rulesOf, slotsOf } from "./place.ts";

export type RealPorts = Ports & Pick<Storage, "blobs" | "journal">;

/** Told at each failpoint, before and after everything that acts outside: it may not come back. */
type Pass = (at: string) => void;

/** Real storage, real directories, the real shell; a model that knows its lines, and a tool that acts outside. */
export async function realPorts(dir: string, goal: Goal, storage: Storage, pass: Pass): Promise<RealPorts> {
  const rules = await rememberedRules(dir);
  const put = async (value: unknown): Promise<Digest> =>
    (await storage.blobs.put([encodeJson(value)]))[0] as Digest;
  return {
    clock,
    journal: storage.journal,
    blobs: storage.blobs,
    workspaces: plainWorkspaces(slotsOf(dir), storage.blobs),
    sandbox: mortalSandbox(embeddedSandbox(), pass),
    models: { model: async () => fixedModel(goal, pass), heldUntil: heldOnce(storage.journal) },
    prompts: asJson,
    policy: namedPolicy(await put(rules), {
      rules,
      outsideTools: ["publish"],
      store: async (spec) => put(spec.rules),
    }),
    probe: async () => null,
    outside: [publish(ledgerOf(dir), pass)],
    glob: (patterns) => picomatch([...patterns], { dot: true }),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
  };
}

async function rememberedRules(dir: string): Promise<readonly RuleSpec[]> {
  const text = await readFile(rulesOf(dir), "utf8").catch(() => "[]");
  return JSON.parse(text) as readonly RuleSpec[];
}

/** What a provider takes in a minute is used up when a run begins: it is left alone for a moment, once in its life. */
function heldOnce(journal: Storage["journal"]): Ports["models"]["heldUntil"] {
  const heldMs = 20;
  let wasHeld = false;
  return async () => {
    const [run] = await journal.runs();
    if (!wasHeld && run !== undefined)
      for await (const { type } of journal.read(run.id, 0)) if (type === "model-held") wasHeld = true;
    return wasHeld ? null : clock.now() + heldMs;
  };
}

const clock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (until, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(resolve, Math.max(0, until - Date.now()));
      signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    }),
};

const asJson: Prompts = {
  check: () => undefined,
  render: (system, variables) => ({
    system,
    messages: [{ role: "user", parts: [{ type: "text", text: canonical(variables) }] }],
  }),
};

const fixedModel = (goal: Goal, pass: Pass): Model => ({
  name: modelName,
  price: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
  respond: async ({ thread, turn }) => {
    pass("model/before");
    const parts = says(goal, thread, turn);
    pass("model/after");
    return {
      outcome: "complete",
      stop: "calls",
      parts,
      usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 },
      servedModel: modelName,
      requestId: null,
      firstTokenMs: 1,
    };
  },
});

function mortalSandbox(sandbox: Sandbox, pass: Pass): Sandbox {
  return {
    kind: sandbox.kind,
    image: sandbox.image,
    profile: sandbox.profile,
    capabilities: async () => sandbox.capabilities(),
    spares: sandbox.spares,
    left: async () => sandbox.left(),
    reap: async (prefix) => sandbox.reap(prefix),
    open: async (name, dir) => {
      const slot = await sandbox.open(name, dir);
      return "broken" in slot ? slot : mortalSlot(slot, pass);
    },
  };
}

const mortalSlot = (slot: Slot, pass: Pass): Slot => ({
  exec: async (request) => {
    pass("exec/before");
    const result = await slot.exec(request);
    pass("exec/after");
    return request.command.includes(denied) ? withDenial(result) : result;
  },
  write: async (path, bytes) => slot.write(path, bytes),
  freeze: async () => slot.freeze(),
  kill: async () => slot.kill(),
  close: async () => slot.close(),
});

const withDenial = (result: ExecResult): ExecResult => ({
  ...result,
  denied: [{ host: denied, port: 443, count: 1 }],
});

/** Its effects are the lines of a file that no crash takes back. */
const publish = (ledger: string, pass: Pass): OutsideTool => ({
  spec: {
    name: "publish",
    description: "publishes a text",
    parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  },
  run: async (call, args) => {
    const { text } = args as { readonly text: string };
    pass("effect/before");
    appendLine(ledger, call);
    pass("effect/after");
    return text.startsWith(unheard)
      ? { outcome: "unknown", text: "" }
      : { outcome: "done", text: "published" };
  },
});

function appendLine(file: string, line: string): void {
  const fd = openSync(file, "a");
  writeSync(fd, `${line}\n`);
  fsyncSync(fd);
  closeSync(fd);
}
