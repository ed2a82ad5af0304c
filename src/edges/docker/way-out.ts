import type { Container } from "./container.ts";
import { opensHost } from "../../core/open-hosts.ts";
import { nobody } from "./profile.ts";
import { runOwn } from "./run.ts";

/** Where the socket of the proxy is mounted, and where programs in the container find it. */
export const socketDir = "/run/harness";
const port = 3128;
const address = `http://127.0.0.1:${port}`;

/**
 * How programs find the proxy, as far as they ask: `NODE_USE_ENV_PROXY` makes a Node of 22.21, 24.5 and newer ask. What a
 * worker's own servers listen on is not behind it, except where it is what the list names.
 */
export function proxyEnvironment(hosts: readonly string[]): readonly string[] {
  const own = ["localhost", "127.0.0.1", "::1"].filter(
    (name) => !hosts.some((host) => opensHost(host, name)),
  );
  return [
    ...proxyNames.map((name) => `${name}=${address}`),
    ...["NO_PROXY", "no_proxy", "npm_config_noproxy"].map((name) => `${name}=${own.join(",")}`),
    "NODE_USE_ENV_PROXY=1",
  ];
}

const proxyNames = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "http_proxy",
  "https_proxy",
  "npm_config_proxy",
  "npm_config_https_proxy",
];

/** Copies bytes between a port of the container's loopback and the socket: in whichever language the image has. */
const forwarders: readonly { readonly program: string; readonly command: readonly string[] }[] = [
  {
    program: "python3",
    command: [
      "python3",
      "-c",
      `
import socket, threading, time
server = socket.create_server(("127.0.0.1", ${port}), backlog=128)
def copy(a, b):
    try:
        while piece := a.recv(65536): b.sendall(piece)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        a.close(); b.close()
def join(near):
    far = socket.socket(socket.AF_UNIX)
    far.connect("${socketDir}/proxy.sock")
    for pair in ((near, far), (far, near)): threading.Thread(target=copy, args=pair, daemon=True).start()
while True:
    near = None
    try:
        near, _ = server.accept()
        join(near)
    except (OSError, RuntimeError): # no descriptor or no thread is left for one more
        near and near.close(); time.sleep(0.05)
`,
    ],
  },
  {
    program: "node",
    command: [
      "node",
      "-e",
      `require("net").createServer({ allowHalfOpen: true }, (near) => {
        const far = require("net").connect({ path: "${socketDir}/proxy.sock", allowHalfOpen: true });
        for (const [a, b] of [[near, far], [far, near]]) { a.pipe(b); a.on("error", () => b.destroy()); }
      }).listen(${port}, "127.0.0.1")`,
    ],
  },
  {
    program: "socat",
    command: [
      "socat",
      `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`,
      `UNIX-CONNECT:${socketDir}/proxy.sock`,
    ],
  },
];

/** Whether the port answers: one line of /proc/net/tcp in state LISTEN (0A). 3128 is 0C38. */
const waiting = `n=0; while [ $n -lt 100 ]; do
  grep -q "0100007F:0C38 00000000:0000 0A" /proc/net/tcp && exit 0; n=$((n+1)); sleep 0.1
done; exit 1`;

/**
 * Opens the way from the container's loopback to the mounted socket, as a user whom the worker's signals do not reach.
 * @returns why it cannot be, or null.
 */
export async function openWayOut(
  container: Container,
  programs: ReadonlySet<string>,
  user: string,
): Promise<string | null> {
  const forwarder = forwarders.find(({ program }) => programs.has(program));
  if (forwarder === undefined)
    return `the image has none of ${forwarders.map(({ program }) => program).join(", ")}, one of which a network needs`;
  await container.launch({ command: forwarder.command, user: nobody, dir: "/", stdin: false });
  const { end } = await runOwn(container, ["sh", "-c", waiting], user);
  return end === 0 ? null : `the way to the network does not open in the container (${forwarder.program})`;
}
