import { roughText, textOf } from "./arg.ts";
import type { Arg } from "./arg.ts";

const ports: Readonly<Record<string, string>> = {
  http: "80",
  https: "443",
  ws: "80",
  wss: "443",
  ftp: "21",
  ssh: "22",
  git: "9418",
  ldap: "389",
};

/** `host:port` of a URL (or of `user@host:path`); null where it is not written out. */
export function hostOf(arg: Arg): string | null {
  const text = textOf(arg) ?? arg.shape;
  if (/:\/\/(?!(?:[^/@\s]*@)?[\w[.-])/.test(text)) return null;
  const url =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^/@\s]*@)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d+))?(?:[/?#:]|$)/i.exec(
      text,
    );
  const [, scheme, host, port] = url ?? [];
  if (host === undefined) return null;
  const usual = scheme === undefined ? (/^[^/]*@[^/]*:/.test(text) ? "22" : "80") : ports[bare(scheme)];
  const at = port ?? usual;
  return at === undefined ? null : `${host.toLowerCase()}:${at}`;
}

const bare = (scheme: string): string => scheme.toLowerCase().replace(/^git\+/, "");

/** The hosts of several; null as soon as one is not known. */
export function hostsOf(args: readonly Arg[]): readonly string[] | null {
  const hosts = args.map(hostOf);
  return args.length > 0 && hosts.every((host) => host !== null) ? [...new Set(hosts)] : null;
}

/** Words that name a place in a network: a URL, `host:port`, `user@host`. */
export const namesHost = (arg: Arg): boolean =>
  /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/(?!\/)|^[\w.-]+@[\w.-]+\.[a-z]{2,}(?::|$)|^[\w.-]+\.[a-z]{2,}:\d+(?:\/|$)|^\d+\.\d+\.\d+\.\d+(?::\d+)?(?:\/|$)|^localhost:\d+/i.test(
    roughText(arg),
  ) && !/^(?:file|vscode):\/\//i.test(arg.shape);

/** The addresses at which clouds tell a machine its own credentials. */
export const isMetadata = (arg: Arg): boolean =>
  /169\.254\.169\.254|metadata\.google|fd00:ec2::254|100\.100\.100\.200|169\.254\.170\.2/i.test(arg.shape);
