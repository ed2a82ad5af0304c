/**
 * The world outside, in a process of its own: `node ledger.ts FILE`, forked. It does what it is asked by POST each time it
 * is asked, a line of FILE each, and knows nothing of keys but to write them down. What it answers the path says:
 * `/HOW/…`, HOW being `plain`, `error`, `reset-before` or `reset-after`. `GET /by/KEY` tells whether a key is there.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** One effect. */
export interface Line {
  readonly key: string;
  readonly path: string;
  readonly body: string;
}

/** What whoever forked it says: hold the nth request of that run at this moment, or let a held one go on. */
export type Order =
  | { readonly hold: "arrived" | "done"; readonly run: string; readonly nth: number }
  | { readonly forget: string }
  | { readonly release: string; readonly act: "do" | "drop" };

/** What it says: where it listens, that it holds a request, that it is done with one that was held. */
export type Notice =
  | { readonly port: number }
  | { readonly held: string; readonly run: string }
  | { readonly released: string };

const [file = ""] = process.argv.slice(2);
const holds = new Map<string, { readonly at: "arrived" | "done"; left: number }>();
const held = new Map<string, (act: "do" | "drop") => void>();

process.on("message", (order: Order) => {
  if ("hold" in order) holds.set(order.run, { at: order.hold, left: order.nth });
  else if ("forget" in order) holds.delete(order.forget);
  else held.get(order.release)?.(order.act);
});
process.on("disconnect", () => process.exit());

const server = createServer((request, response) => {
  void (request.method === "POST" ? act(request, response) : look(request, response)).catch(() =>
    response.destroy(),
  );
});
server.listen(0, "127.0.0.1", () => say({ port: (server.address() as AddressInfo).port }));

async function act(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const line = {
    key: String(request.headers["idempotency-key"]),
    path: request.url ?? "",
    body: await text(request),
  };
  const how = line.path.split("/")[1];
  const before = await passed("arrived", line.key);
  if (how === "reset-before" || before === "drop") request.socket.destroy();
  else write(line);
  const after = before === null ? await passed("done", line.key) : before;
  if (how === "reset-after") request.socket.destroy();
  if (!request.socket.destroyed) response.writeHead(how === "error" ? 500 : 200).end("noted");
  if (after !== null) say({ released: line.key });
}

async function look(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const key = decodeURIComponent((request.url ?? "").split("/")[2] ?? "");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const isThere = lines.some((line) => line !== "" && (JSON.parse(line) as Line).key === key);
  response.writeHead(isThere ? 200 : 404).end();
}

/** Holds the request where that was ordered. null: it was not. */
async function passed(at: "arrived" | "done", key: string): Promise<"do" | "drop" | null> {
  const [run = ""] = key.split("/");
  const hold = holds.get(run);
  if (hold?.at !== at || (hold.left -= 1) > 0) return null;
  holds.delete(run);
  const { promise, resolve } = Promise.withResolvers<"do" | "drop">();
  held.set(key, resolve);
  say({ held: key, run });
  const order = await promise;
  held.delete(key);
  return order;
}

function write(line: Line): void {
  const fd = openSync(file, "a");
  writeSync(fd, `${JSON.stringify(line)}\n`);
  fsyncSync(fd);
  closeSync(fd);
}

function say(notice: Notice): void {
  process.send?.(notice);
}
