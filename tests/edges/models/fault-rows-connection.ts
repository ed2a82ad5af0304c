import { gzipSync } from "node:zlib";
import { once } from "node:events";
import { createServer } from "node:net";
import { again, args, calling, nothingUsed, frameWith, kept, ok, okParts, type Row } from "./fault-rows.ts";
import type { Kit } from "./wire/kit.ts";
import { hangUp, type Reply, resetting, silence, stalling, stream, streaming } from "./wire/server.ts";

/** Connections that do not come about, break, or carry something else. */
export const connectionRows = (kit: Kit): readonly Row[] => [
  ...unsentRows(),
  ...brokenRows(kit),
  ...garbageRows(kit),
  ...stallRows(kit),
];

function unsentRows(): readonly Row[] {
  return [
    {
      fault: "connection refused",
      does: "asked again; nothing was sent, so nothing is charged",
      reply: silence,
      elsewhere: async () => `http://127.0.0.1:${await closedPort()}`,
      expect: { failed: "network", says: /^the connection failed: .*ECONNREFUSED/, usage: nothingUsed },
    },
    {
      fault: "TLS to a plain port",
      does: "asked again; nothing was sent, so nothing is charged",
      reply: silence,
      elsewhere: (url) => url.replace("http:", "https:"),
      expect: {
        failed: "network",
        says: "the connection failed: TLS: wrong version number: ERR_SSL_WRONG_VERSION_NUMBER",
        usage: nothingUsed,
      },
    },
  ];
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 1;
}

function brokenRows(kit: Kit): readonly Row[] {
  const whole = kit.frames(ok);
  const inText = whole.slice(0, frameWith(whole, ':"s are c"') + 1);
  const inArgs = kit.frames(calling(args));
  const insideArgs = inArgs.slice(0, frameWith(inArgs, ':"/table.') + 1);
  const failed = "network" as const;
  const reset = { failed, says: /^the connection failed: (read ECONNRESET|other side closed)/ };
  const cut = { failed, says: "the answer was cut off before its end" };
  const row = (fault: string, reply: Reply, expect: Row["expect"]): Row => ({
    fault,
    does: `${again}; nothing of it is acted on`,
    reply,
    expect,
  });
  return [
    row("reset before headers", hangUp, reset),
    row("closed before headers", (response) => void response.socket?.end(), reset),
    row("closed inside the headers", plain("HTTP/1.1 200 OK\r\ncontent-ty"), reset),
    row("reset after headers", resetting([": hello\n\n"]), reset),
    row("reset inside text", resetting(inText), reset),
    row("reset inside the JSON of a call", resetting(insideArgs), reset),
    row("reset before the last event", resetting(whole.slice(0, -1)), reset),
    row("end before the first event", streaming([]), cut),
    row("end after the first event", streaming(whole.slice(0, 1)), cut),
    row("end inside text", streaming(inText), cut),
    row("end inside the JSON of a call", streaming(insideArgs), cut),
    row("end before the last events", streaming(whole.slice(0, -kit.endFrames)), cut),
    row("a whole call, and an end before the last events", streaming(inArgs.slice(0, -kit.endFrames)), cut),
    row(
      "end inside an event",
      streaming([...inText.slice(0, -1), (inText.at(-1) ?? "").slice(0, -12)]),
      kit.name === "anthropic" ? cut : { failed: "protocol", says: /^the answer cannot be read: / },
    ),
    row(
      "fewer bytes than its length says",
      (response) => {
        response.writeHead(200, { ...stream, "content-length": "100000" });
        response.write(inText.join(""), () => response.socket?.end());
      },
      reset,
    ),
  ];
}

/** The bytes as they are, with nothing of HTTP around them. */
const plain =
  (bytes: string | Buffer): Reply =>
  (response) =>
    void response.socket?.end(bytes);

const headers = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";

function garbageRows(kit: Kit): readonly Row[] {
  const whole = kit.frames(ok).join("");
  const zipped =
    (body: Buffer): Reply =>
    (response) => {
      response.writeHead(200, { ...stream, "content-encoding": "gzip" });
      response.end(body);
    };
  const odd = (fault: string, reply: Reply, says: RegExp): Row => ({
    fault,
    does: again,
    reply,
    expect: { failed: "protocol", says },
  });
  const unread = /^the answer cannot be read: ./;
  return [
    odd("garbage for gzip", zipped(Buffer.from("this is no gzip at all")), unread),
    odd("garbage for chunks", plain(`${headers}transfer-encoding: chunked\r\n\r\nzzz\r\nhello\r\n`), unread),
    odd("another protocol", plain("SSH-2.0-OpenSSH_9.9\r\n"), unread),
    odd("a header of 1 MB", plain(`HTTP/1.1 200 OK\r\nx-a: ${"y".repeat(1024 * 1024)}\r\n\r\n`), unread),
    {
      fault: "gzip that breaks off",
      does: `${again}; nothing of it is acted on`,
      reply: zipped(gzipSync(whole).subarray(0, -40)),
      expect:
        kit.name === "anthropic"
          ? { failed: "network", says: "the answer was cut off before its end" }
          : { failed: "protocol", says: /^the answer cannot be read: / },
    },
    {
      fault: "an answer that is compressed",
      does: kept,
      reply: zipped(gzipSync(whole)),
      expect: { stop: "end", parts: okParts },
    },
    {
      fault: "an answer in single bytes, its lines with CRLF",
      does: kept,
      reply: (response) => {
        response.writeHead(200, stream);
        for (const byte of Buffer.from(whole.replaceAll("\n", "\r\n"))) response.write(Buffer.of(byte));
        response.end();
      },
      expect: { stop: "end", parts: okParts },
    },
    // The same watch for all three; one shows it, since it takes a second.
    ...(kit.name === "openai"
      ? [{ ...odd("an answer of 100 MB", endless, /^the answer was longer than 64 MiB$/), isHeavy: true }]
      : []),
  ];
}

const endless: Reply = (response) => {
  const line = `: ${"x".repeat(60_000)}\n\n`;
  let left = 100e6 / line.length;
  const more = (): void => {
    if (response.destroyed) return;
    left -= 1;
    if (left <= 0) response.end();
    else response.write(line, more);
  };
  response.writeHead(200, stream);
  more();
};

function stallRows(kit: Kit): readonly Row[] {
  const whole = kit.frames(ok);
  const idleMs = 800;
  const row = (fault: string, reply: Reply): Row => ({
    fault,
    does: "given up when no byte came for the idle time, and asked again",
    reply,
    idleMs,
    expect: { failed: "stalled", says: "the provider sent nothing for 0.8 s" },
  });
  const late = (fault: string, frame: string): Row => ({
    fault,
    does: "bytes are life, but only until the deadline; then asked again",
    reply: repeating(whole.slice(0, 2), frame),
    idleMs: 5000,
    deadlineMs: 1000,
    expect: { failed: "stalled", says: "there was no whole answer when the time for this call was over" },
  });
  return [
    row("stall before headers", silence),
    row("stall inside the headers", (response) => void response.socket?.write("HTTP/1.1 200 OK\r\nx-a: ")),
    row("stall before the first event", stalling([])),
    row("stall inside text", stalling(whole.slice(0, frameWith(whole, ':"s are c"') + 1))),
    row("stall before the last events", stalling(whole.slice(0, -kit.endFrames))),
    row("stall inside an error", (response) => {
      response.writeHead(500);
      response.write("Oo");
    }),
    late("pings without end", 'event: ping\ndata: {"type":"ping"}\n\n'),
    late("comments without end", ": keep-alive\n\n"),
    late("blank lines without end", "\n"),
  ];
}

/** Writes these frames, then one again and again until the connection is gone. */
const repeating =
  (frames: readonly string[], frame: string): Reply =>
  (response) => {
    response.writeHead(200, stream);
    response.write(frames.join(""));
    const timer = setInterval(() => response.write(frame), 20);
    response.once("close", () => clearInterval(timer));
  };
