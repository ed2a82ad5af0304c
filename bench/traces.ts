import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { tracing } from "../src/cli/traces/tracing.ts";
import { threadParts } from "../src/core/id.ts";
import type { Part } from "../src/core/model.ts";
import { inTurn, timed } from "./figures.ts";
import type { Bench } from "./figures.ts";
import { call, created, go, project } from "./project.ts";
import type { Says } from "./project.ts";

const steps = 60;
const rounds = 5;

/** An accepted task while its traces are sent to a server on this machine, against one of a run that sends none, in pairs. */
export const traces: Bench = async (say) => {
  const server = await openServer();
  try {
    const off = async (): Promise<number> => oneRun({});
    const on = async (): Promise<number> =>
      oneRun({
        LANGFUSE_PUBLIC_KEY: "pk-lf-bench",
        LANGFUSE_SECRET_KEY: "sk-lf-bench-0123",
        LANGFUSE_BASE_URL: server.url,
      });
    const { first, second } = await inTurn(rounds, off, on);
    say(`${rounds} pairs of ${steps} tasks; ${await server.received()} requests came`);
    return [
      {
        name: "accepted task, traces sent",
        value: second / steps,
        floor: first / steps,
        unit: "ms",
        aim: 1.1,
      },
    ];
  } finally {
    await server.close();
  }
};

/** @returns ms that the loop took, without what waits at the end */
async function oneRun(env: Readonly<Record<string, string>>): Promise<number> {
  const made = await project(says);
  try {
    const body = await created(made.ports, [{ id: "never", type: "command", run: "false" }]);
    const told: string[] = [];
    const sender = tracing({
      projectDir: made.dir,
      project: {},
      env,
      run: "bench",
      say: (line) => told.push(line),
    });
    const spent = await timed(async () => go(made.ports, "bench", body));
    await sender?.close();
    if (told.length > 0) throw new Error(told.join("\n"));
    return spent;
  } finally {
    await made.close();
    made.remove();
  }
}

const says: Says = ({ thread }) => {
  const { role, task } = threadParts(thread);
  return role === "planner" ? plan : work(Number(task?.slice(1)));
};

const plan: readonly Part[] = [
  call("submit_plan", {
    tasks: Array.from({ length: steps }, (_, at) => ({
      id: `t${at}`,
      title: `write ${at}`,
      instructions: `write ${at}`,
      needs: at === 0 ? [] : [`t${at - 1}`],
      criteria: [{ type: "file", path: `${at % 10}.json`, schema: { const: at } }],
    })),
  }),
];

const work = (at: number): readonly Part[] => [
  call("write_file", { path: `${at % 10}.json`, content: `${at}\n` }),
  call("submit", { summary: "wrote", artifacts: [], decisions: [], open_questions: [], confidence: 1 }),
];

/** In a thread of its own, as a server is elsewhere. */
async function openServer(): Promise<{
  readonly url: string;
  received(): Promise<number>;
  close(): Promise<unknown>;
}> {
  const worker = new Worker(serverText, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    received: async () => {
      worker.postMessage("how many", []);
      const [count] = (await once(worker, "message")) as [number];
      return count;
    },
    close: async () => worker.terminate(),
  };
}

const serverText = `
const { createServer } = require("node:http");
const { parentPort } = require("node:worker_threads");
let count = 0;
const server = createServer((request, response) => {
  count += 1;
  request.resume().on("end", () => response.end("{}"));
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
parentPort.on("message", () => parentPort.postMessage(count));
`;
