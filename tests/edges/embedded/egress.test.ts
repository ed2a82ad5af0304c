import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createSocketServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecResult, Slot } from "../../../src/core/sandbox.ts";
import { embeddedSandbox } from "../../../src/edges/embedded/sandbox.ts";
import { textOf } from "../../contracts/sandbox.contract.ts";

/** What it is, a command that tries it, and what must come of it. */
type Attempt = readonly [what: string, command: string, result: RegExp];

/** Of these servers on this machine the slot may reach the first two. */
const port = { open: 0, second: 0, odd: 0, shut: 0 };

describe("an embedded slot with open hosts", () => {
  const servers: { close(): unknown }[] = [];
  const seen: IncomingMessage[] = [];
  let touched = 0;
  let dir: string;
  let slot: Slot;
  const sandbox = embeddedSandbox();
  const open = async (hosts: readonly string[]): Promise<Slot> => {
    const made = await sandbox.open("run/task/1", dir, hosts);
    if ("broken" in made) throw new Error(made.broken);
    return made;
  };
  const run = async (command: string, on = slot): Promise<ExecResult> =>
    on.exec({ command, timeoutMs: 60_000, maxOutputBytes: 1 << 20 });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "embedded-egress-"));
    port.open = await listening(createServer(openHost(seen)));
    port.second = await listening(createServer(openHost(seen)));
    port.odd = await listening(
      createSocketServer((socket) => socket.once("data", (asked) => socket.end(oddAnswer(String(asked))))),
    );
    port.shut = await listening(
      createServer((_, answer) => answer.end("SHUT")).on("connection", () => (touched += 1)),
    );
    slot = await open([port.open, port.second, port.odd].map((one) => `127.0.0.1:${one}`));
  });
  afterAll(async () => {
    await slot.close();
    for (const server of servers) server.close();
    await rm(dir, { recursive: true, force: true });
  });
  async function listening(server: Server | ReturnType<typeof createSocketServer>): Promise<number> {
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  it("reaches them and nothing else, whatever it tries; what was refused is counted", async () => {
    const tried = attempts();
    const results = await run(tried.map(([, command]) => `${command}\necho @@`).join("\n"));
    const lines = textOf(results).split("@@\n").slice(0, -1);
    expect(
      tried.flatMap(([what, , wanted], n) => (wanted.test(lines[n] ?? "") ? [] : [[what, lines[n]]])),
    ).toEqual([]);
    expect(lines.length).toBe(tried.length);
    expect(touched).toBe(0);
    const denied = results.denied.map(({ host, port: of, count }) => [`${host}:${of}`, count]);
    expect(Object.fromEntries(denied)).toEqual({
      "evil.example:80": 4,
      "evil.example:443": 3,
      [`127.0.0.1:${port.shut}`]: 6,
      [`127.0.0.2:${port.open}`]: 3,
      "127.0.0.1:443": 1,
      "127.0.0.1:80": 1,
      "169.254.169.254:80": 2,
      "172.17.0.1:80": 1,
      [`::1:${port.open}`]: 1,
      [`::ffff:7f00:1:${port.open}`]: 1,
      [`0.0.0.0:${port.open}`]: 1,
      [`localhost:${port.open}`]: 1,
      [`127.0.0.1.evil.example:${port.open}`]: 1,
      // `curl` there takes both for names of hosts.
      "file:443": 1,
      "ftp:443": 1,
    });
    expect((await run("echo later")).denied).toEqual([]);
  });

  it("sends what is asked, and takes back every byte", async () => {
    const url = `http://127.0.0.1:${port.open}`;
    const result = await run(
      `curl -s -d 'x=ü' -H 'X-Mine: 1' ${url}/post; curl -s -X DELETE ${url}/gone; curl -s ${url}/bytes > bytes; od -An -tx1 bytes; curl -s -f ${url}/404; echo $?`,
    );
    expect(textOf(result)).toBe("POST /post [x=ü]\nDELETE /gone []\n 000 377 200 012\n22\n");
    expect(seen.find((asked) => asked.url === "/post")?.headers).toMatchObject({
      "x-mine": "1",
      "content-length": "4",
    });
  });

  it("keeps credentials from where it is sent on to, also among open hosts", async () => {
    const to = encodeURIComponent(`http://127.0.0.1:${port.second}/landed`);
    seen.length = 0;
    const tries = [301, 302, 303, 307, 308].map(
      (status) =>
        `curl -s -u me:secret -b k=v -H 'Proxy-Authorization: p' -d body http://127.0.0.1:${port.open}/to/${status}/${to}`,
    );
    expect(textOf(await run(tries.join("\n")))).toBe(
      `${"GET /landed []\n".repeat(3)}${"POST /landed [body]\n".repeat(2)}`,
    );
    const landed = seen.filter((asked) => asked.url === "/landed");
    expect(
      landed.map(({ headers }) => [headers.authorization, headers.cookie, headers["proxy-authorization"]]),
    ).toEqual(Array.from({ length: 5 }, () => [undefined, undefined, undefined]));
    const same = encodeURIComponent("/landed");
    await run(`curl -s -u me:secret http://127.0.0.1:${port.open}/to/302/${same}`);
    expect(seen.at(-1)?.headers.authorization).toMatch(/^Basic /);
  });

  it("leaves a host when it is closed, and counts what was refused before", async () => {
    const made = await open([`127.0.0.1:${port.open}`]);
    const asked = new Promise<IncomingMessage>((resolve) => slowly.push(resolve));
    const running = run(`curl -s http://evil.example/; curl http://127.0.0.1:${port.open}/slow`, made);
    const left = once((await asked).socket, "close");
    await made.close();
    expect(await running).toMatchObject({
      outcome: "broken",
      denied: [{ host: "evil.example", port: 80, count: 1 }],
    });
    await left;
  });
});

/** Who waits for a request to /slow, which is never answered. */
const slowly: ((asked: IncomingMessage) => void)[] = [];

/** Says what it was asked, and sends on where `/to/STATUS/…` says. */
const openHost =
  (seen: IncomingMessage[]): RequestListener =>
  (asked, answer) => {
    const url = asked.url ?? "";
    seen.push(asked);
    if (url === "/slow") return slowly.shift()?.(asked);
    if (url === "/bytes") return answer.end(Buffer.from([0, 255, 128, 10]));
    if (url === "/404") return answer.writeHead(404).end();
    const [, status, to = ""] = /^\/to\/(\d+)\/(.*)$/.exec(url) ?? [];
    if (status !== undefined)
      return answer.writeHead(Number(status), { location: decodeURIComponent(to) }).end("on");
    void text(asked).then((body) => answer.end(`${asked.method} ${url} [${body}]\n`));
  };

const oddAnswer = (asked: string): string => {
  if (asked.includes("/nonsense")) return "this is no HTTP\r\n\r\n";
  if (asked.includes("/half")) return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
  if (asked.includes("/upgrade"))
    return "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n";
  return "";
};

const byPython = (url: string): string =>
  `python3 -c 'import urllib.request as u
try: print(u.urlopen("${url}").read())
except OSError as error: print("no:", error)'`;

const refused = /^curl: \(7\) Network access denied: harness: \S+ is not among the hosts/;
const sentOn = /^curl: \(47\) Redirect target not in allow-list: harness: \S+ is not among the hosts/;
const failed = /^curl: \(1\) /;

const attempts = (): readonly Attempt[] => {
  const { open: here, shut, odd } = port;
  const url = `http://127.0.0.1:${here}`;
  const to = (where: string, status = 302): string => `${url}/to/${status}/${encodeURIComponent(where)}`;
  return [
    ["an open host", `curl -s ${url}/ok`, /^GET \/ok/],
    ["an open host, its port in zeros", `curl -s http://127.0.0.1:0${here}/ok`, /^GET \/ok/],
    ["its address in another spelling", `curl -s http://0x7f.1:${here}/hex`, /^GET \/hex/],
    ["another host", "curl http://evil.example/", refused],
    ["another host by TLS", "curl https://evil.example/", refused],
    ["another host by TLS, unsaid", "curl evil.example", refused],
    ["upper case", "curl http://EVIL.EXAMPLE/", refused],
    ["another port", `curl http://127.0.0.1:${shut}/`, refused],
    ["the port that is unsaid", "curl http://127.0.0.1/", refused],
    ["the port of TLS", "curl https://127.0.0.1/", refused],
    ["another name of the open host", `curl http://localhost:${here}/`, refused],
    ["::1", `curl 'http://[::1]:${here}/'`, refused],
    ["an IPv4 address in IPv6", `curl 'http://[::ffff:127.0.0.1]:${here}/'`, refused],
    ["0.0.0.0", `curl http://0:${here}/`, refused],
    ["decimal for another address", `curl http://2130706434:${here}/`, refused],
    ["octal for another address", `curl http://0177.0.0.2:${here}/`, refused],
    ["hexadecimal for another address", `curl http://0x7f000002:${here}/`, refused],
    ["metadata", "curl http://169.254.169.254/latest/meta-data/", refused],
    ["the gateway of the bridge", "curl http://172.17.0.1/", refused],
    ["a name that begins like an open one", `curl http://127.0.0.1.evil.example:${here}/`, refused],
    ["who one is, before another host", `curl 'http://127.0.0.1:${here}@127.0.0.1:${shut}/'`, refused],
    ["a fragment that looks like a host", `curl 'http://evil.example#@127.0.0.1:${here}/'`, refused],
    ["a backslash", `curl 'http://127.0.0.1:${shut}\\@127.0.0.1:${here}/'`, refused],
    ["two dots", `curl http://127.0.0.1..:${here}/`, /^curl: \(\d+\) .*no address/],
    ["an encoded NUL in a name", `curl http://127.0.0.1%00:${here}/`, /^curl: \(\d+\) .*no address/],
    ["a file", "curl file:///etc/passwd", refused],
    ["another protocol", `curl ftp://127.0.0.1:${here}/`, /^curl: \(\d+\) .*(no address|not among)/],
    ["a redirect to another port", `curl '${to(`http://127.0.0.1:${shut}/`)}'`, sentOn],
    [
      "a redirect to another port, kept as it is",
      `curl -d x '${to(`http://127.0.0.1:${shut}/`, 307)}'`,
      sentOn,
    ],
    ["a redirect to another host by TLS", `curl '${to("https://evil.example/")}'`, sentOn],
    ["a redirect without a scheme", `curl '${to(`//127.0.0.1:${shut}/`, 308)}'`, sentOn],
    ["a redirect to another address", `curl '${to("http://169.254.169.254/")}'`, sentOn],
    ["two redirects", `curl '${to(to("http://evil.example/", 301), 303)}'`, sentOn],
    ["a redirect to a file", `curl '${to("file:///etc/passwd")}'`, /^curl: \(47\) .*no address/],
    ["a redirect to nonsense", `curl '${to("http://[/")}'`, /^curl: \(47\) .*no address/],
    ["a redirect for ever", `curl '${url}/to/302/'`, /^curl: \(47\) Too many redirects/],
    ["more redirects than are allowed", `curl --max-redirs 0 '${to(`${url}/ok`)}'`, /^curl: \(47\) Too many/],
    ["another Host", `curl -s -H 'Host: evil.example' ${url}/host`, /^GET \/host \[\]/],
    [
      "a length of one's own",
      `curl -s -H 'Content-Length: 4' -H 'Transfer-Encoding: chunked' -d 'abcdefGET /smuggled HTTP/1.1' ${url}/cl`,
      /^POST \/cl \[abcdefGET \/smuggled HTTP\/1\.1\]/,
    ],
    [
      "another request in the method",
      `curl -X $'GET /x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nGET' ${url}/`,
      failed,
    ],
    ["another request in a header", `curl -H $'A: b\\r\\nC: d' ${url}/`, /^curl: [^]*invalid header value/],
    ["another request in the path", `curl -s $'${url}/a\\r\\nHost: evil' `, /^GET \/aHost:%20evil/],
    ["a tunnel", `curl -X CONNECT ${url}/`, failed],
    [
      "another protocol on the connection",
      `curl -s -H 'Connection: Upgrade' -H 'Upgrade: websocket' ${url}/up`,
      /^GET \/up/,
    ],
    ["TLS where there is none", `curl https://127.0.0.1:${here}/`, failed],
    ["an answer that is no HTTP", `curl http://127.0.0.1:${odd}/nonsense`, failed],
    ["half an answer", `curl http://127.0.0.1:${odd}/half`, failed],
    ["an answer in another protocol", `curl http://127.0.0.1:${odd}/upgrade`, failed],
    ["no answer", `curl http://127.0.0.1:${odd}/nothing`, failed],
    ["Python", byPython(`${url}/python`), /^no: .*unreachable/],
    ["the shell's own sockets", `echo x > /dev/tcp/127.0.0.1/${shut}; echo tried`, /tried/],
    [
      "wget, nc, ssh",
      "wget -q http://evil.example/; nc evil.example 80; ssh evil.example",
      /(not found[^]*){3}/,
    ],
    ["html-to-markdown of a URL", "html-to-markdown http://evil.example/ < /dev/null; echo done", /done/],
  ];
};
