import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecResult, Slot } from "../../../src/core/sandbox.ts";
import { textOf } from "../../contracts/sandbox.contract.ts";
import { describeDocker } from "../../docker.ts";
import { ground } from "./ground.ts";
import { connecting, expectNothingLeft, python } from "./inside.ts";

/** Fetches each URL (with a body: by POST), and prints its status and text, or what is wrong. */
const fetching = (...urls: readonly (string | readonly [string, string])[]): string =>
  python(`
import json, ssl, urllib.request
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
for one in json.loads(${JSON.stringify(JSON.stringify(urls))}):
    url, body = (one, None) if isinstance(one, str) else (one[0], one[1].encode())
    try:
        with opener.open(url, data=body, timeout=20) as answer: print(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error: print(error.code, error.read().decode().strip())
    except OSError as error: print(error)`);

describeDocker("a Docker slot with a way to named hosts", () => {
  let at: Awaited<ReturnType<typeof ground>>;
  let slot: Slot;
  let [plain, secure, closed] = [0, 0, 0];
  const servers: Server[] = [];
  const run = async (command: string, on = slot): Promise<ExecResult> =>
    on.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 20 });
  const said = async (command: string, on = slot): Promise<string> => {
    const result = await run(command, on);
    expect({ command, ...result, output: textOf(result) }).toMatchObject({ outcome: "exited", exit: 0 });
    return textOf(result);
  };
  async function open(hosts: readonly string[]): Promise<{ slot: Slot; dir: string }> {
    const { name, dir } = await at.workspace();
    const made = await at.sandbox.open(name, dir, hosts);
    if ("broken" in made) throw new Error(made.broken);
    return { slot: made, dir };
  }
  async function listening(server: Server): Promise<number> {
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  beforeAll(async () => {
    at = await ground();
    // The image has a program that makes certificates, whether or not this machine has one.
    const made = await at.opened();
    const request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=local -keyout key -out cert";
    await said(`${request} 2> /dev/null`, made.slot);
    const [key, cert] = await Promise.all(
      ["key", "cert"].map(async (name) => readFile(join(made.dir, name))),
    );
    await made.slot.close();
    plain = await listening(createServer(answering));
    secure = await listening(createTlsServer({ key, cert }, answering));
    closed = await listening(createServer(answering));
    ({ slot } = await open([`127.0.0.1:${plain}`, `127.0.0.1:${secure}`]));
  });
  afterAll(async () => {
    await slot.close();
    await expectNothingLeft(at.sandbox);
    await at.remove();
    for (const server of servers) server.close();
  });

  const url = (path: string): string => `http://127.0.0.1:${plain}${path}`;

  describe("an allowed host", () => {
    it("is reached by GET, by POST with a body, and by TLS through a tunnel", async () => {
      const result = await run(
        fetching(url("/get"), [url("/post"), "a body"], `https://127.0.0.1:${secure}/tls`, [
          `https://127.0.0.1:${secure}/tls`,
          "x".repeat(300_000),
        ]),
      );
      expect(textOf(result)).toBe(
        [`200 GET /get 0`, `200 POST /post 6`, `200 GET /tls 0`, `200 POST /tls 300000`, ""].join("\n"),
      );
      expect(result.denied).toEqual([]);
    });

    it("is reached by npm", async () => {
      expect(await said(`npm view thing version --registry=${url("/")}`)).toBe("1.2.3\n");
    });

    it("is reached by many at once", async () => {
      const many = python(`
import concurrent.futures, urllib.request
def get(n): return urllib.request.urlopen("${url("/many")}").read().decode()
with concurrent.futures.ThreadPoolExecutor(30) as pool: print(len(set(pool.map(get, range(100)))))`);
      expect(await said(many)).toBe("1\n");
    });
  });

  describe("what is not allowed", () => {
    it("is refused with 403 and counted, for that command only", async () => {
      const result = await run(
        fetching(
          `http://127.0.0.1:${closed}/`,
          `http://127.0.0.1:${closed}/`,
          "http://evil.example/",
          `https://127.0.0.1:${closed}/`,
        ),
      );
      const lines = textOf(result).trim().split("\n");
      expect(lines).toEqual([
        ...Array.from({ length: 2 }, () =>
          expect.stringMatching(/^403 harness: 127\.0\.0\.1:\d+ is not among the hosts/),
        ),
        expect.stringMatching(/^403 harness: evil\.example:80 is not/),
        expect.stringContaining("403"),
      ]);
      expect(result.denied).toEqual([
        { host: "127.0.0.1", port: closed, count: 3 },
        { host: "evil.example", port: 80, count: 1 },
      ]);
      expect((await run(fetching(url("/")))).denied).toEqual([]);
    });

    it("does not work around the proxy", async () => {
      expect(await said("ls /sys/class/net")).toBe("lo\n");
      for (const port of [plain, secure, closed])
        expect(await said(python(connecting("127.0.0.1", port)))).toMatch(/refused/);
      expect(await said(python(connecting("172.17.0.1", plain)))).toMatch(/unreachable/);
      const direct = await run(`http_proxy= HTTP_PROXY= ${fetching(url("/"))}`);
      expect(textOf(direct)).toMatch(/refused/);
    });

    it("is not reached by the socket itself either, which cannot be taken away", async () => {
      const raw = python(`
import socket
one = socket.socket(socket.AF_UNIX)
one.connect("/run/harness/proxy.sock")
one.sendall(b"CONNECT 127.0.0.1:${closed} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
print(one.recv(12).decode())`);
      expect(await said(raw)).toBe("HTTP/1.1 403\n");
      expect(
        textOf(
          await run(
            "rm -f /run/harness/proxy.sock; mv /run/harness/proxy.sock /tmp; echo x > /run/harness/x",
          ),
        ),
      ).toMatch(/(Read-only[^]*){3}/);
      expect(await said(fetching(url("/still")))).toContain("200 GET /still");
    });
  });

  describe("the way out", () => {
    it("is there again after kill()", async () => {
      await slot.kill();
      expect(await said(fetching(url("/after")))).toContain("200 GET /after");
    });

    it("is not for the worker to end", async () => {
      await run("kill -9 -1");
      await run("pkill -9 python3; pkill -9 -f 3128");
      expect(await said(fetching(url("/after")))).toContain("200 GET /after");
    });

    it("is there again after more connections than it takes", async () => {
      const greedy = python(`
import socket
held = []
try:
    for n in range(400): held.append(socket.create_connection(("127.0.0.1", 3128), timeout=5))
except OSError: pass
print("held")`);
      expect(textOf(await run(greedy))).toContain("held");
      expect(await said(fetching(url("/after")))).toContain("200 GET /after");
    });

    it("is there after a freeze", async () => {
      await slot.freeze();
      expect(await said(fetching(url("/thawed")))).toContain("200 GET /thawed");
    });

    it("ends with the slot, even while it is used", async () => {
      const made = await open([`127.0.0.1:${plain}`]);
      const asked = new Promise<IncomingMessage>((resolve) => slowly.push(resolve));
      const running = run(fetching(url("/slow")), made.slot);
      const left = once((await asked).socket, "close");
      await made.slot.close();
      expect(await running).toMatchObject({ outcome: "broken" });
      await left;
    });

    it("is not there without hosts", async () => {
      const { slot: none } = await open([]);
      expect(await said("env | grep -i proxy; ls /run/harness 2>&1; true", none)).toMatch(
        /^ls: .*No such file/,
      );
      expect(await said(fetching(url("/")), none)).toMatch(/refused/);
      await none.close();
    });
  });
});

/** Who waits for a request to /slow, which is never answered. */
const slowly: ((asked: IncomingMessage) => void)[] = [];

const answering: RequestListener = (asked, answer) => {
  if (asked.url === "/slow") return slowly.shift()?.(asked);
  if (asked.url === "/thing") return answer.end(JSON.stringify(packument));
  void text(asked).then((body) => answer.end(`${asked.method} ${asked.url} ${body.length}`));
};

const packument = {
  name: "thing",
  "dist-tags": { latest: "1.2.3" },
  versions: { "1.2.3": { name: "thing", version: "1.2.3", dist: { tarball: "http://127.0.0.1/none.tgz" } } },
};
