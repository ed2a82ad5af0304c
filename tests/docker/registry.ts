import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A package registry on this machine. It serves tarballs, which is all that a whole lockfile asks for. */
export interface Registry {
  /** As `sandbox.setup.network` names it. */
  readonly host: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** A lockfile that names another registry, naming this one and its tarballs. */
  readonly relocked: (lock: string) => string;
  readonly close: () => Promise<void>;
}

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly integrity: string;
}

/** @param folders the packages it has, each a directory with a package.json. @param to where their tarballs go */
export async function openRegistry(folders: readonly string[], to: string): Promise<Registry> {
  const packed = await pack(folders, to);
  const tarballs = new Map<string, Buffer>();
  for (const one of packed) tarballs.set(pathOf(one), await readFile(join(to, one.filename)));
  const asked: string[] = [];
  const server = createServer(({ url = "" }, answer) => {
    asked.push(url);
    const tarball = tarballs.get(url);
    answer.writeHead(tarball === undefined ? 404 : 200).end(tarball);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    asked,
    relocked: (lock) => relocked(lock, host, packed),
    close: async () => {
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
    },
  };
}

const pathOf = ({ name, filename }: Packed): string => `/${name}/-/${filename}`;

/** With npm of the machine, on the Node of these tests. */
async function pack(folders: readonly string[], to: string): Promise<readonly Packed[]> {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
  const args = ["pack", ...folders, "--ignore-scripts", "--json", "--pack-destination", to];
  const { stdout } = await promisify(execFile)("npm", args, { env });
  return JSON.parse(stdout) as readonly Packed[];
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly version: string }>>;
}

function relocked(lock: string, host: string, packed: readonly Packed[]): string {
  const { packages, ...rest } = JSON.parse(lock) as Lock;
  const moved = Object.entries(packages).map(([path, one]) => {
    if (one.resolved === undefined) return [path, one];
    const found = packed.find(({ name, version }) => path.endsWith(`/${name}`) && version === one.version);
    if (found === undefined) throw new Error(`${path} ${one.version} of the lockfile is not in the registry`);
    return [path, { ...one, resolved: `http://${host}${pathOf(found)}`, integrity: found.integrity }];
  });
  return `${JSON.stringify({ ...rest, packages: Object.fromEntries(moved) as unknown }, null, 2)}\n`;
}
