import { z } from "zod";
import { closesTo, isOpenHost, openHosts, targetOf } from "./open-hosts.ts";

/** A host as people name it: see `openHosts`. */
export const hostText = z
  .string()
  .trim()
  .refine(isOpenHost, "must be a host like packages.example, *.packages.example or localhost:8080");

/** A host of `network.allow`, as people write it. */
export const hostSpec = z.union([
  hostText,
  z.strictObject({
    host: hostText,
    repeat: z
      .boolean()
      .optional()
      .describe(
        "whether a command that reached it may run again after a crash; only package mirrors if left out",
      ),
  }),
]);
export type HostSpec = z.infer<typeof hostSpec>;

/** A host that a sandbox may reach. `repeat`: nothing happens there that must not happen twice. */
export interface OpenHost {
  readonly host: string;
  readonly repeat: boolean;
}

export const openHost = (spec: HostSpec): OpenHost =>
  typeof spec === "string"
    ? { host: spec, repeat: isMirror(spec) }
    : { host: spec.host, repeat: spec.repeat ?? isMirror(spec.host) };

/** Those that what plans, tries or judges may reach too: it is done again whenever it was cut off. */
export const harmless = (open: readonly OpenHost[]): readonly string[] =>
  open.filter(({ repeat }) => repeat).map(({ host }) => host);

/** Where packages are fetched from: to fetch one twice is to fetch it. */
const mirrors = new Set(
  `registry.npmjs.org registry.yarnpkg.com pypi.org files.pythonhosted.org crates.io index.crates.io static.crates.io
  static.rust-lang.org proxy.golang.org sum.golang.org rubygems.org index.rubygems.org repo.maven.apache.org
  repo1.maven.org plugins.gradle.org packagist.org repo.packagist.org api.nuget.org deb.debian.org security.debian.org
  archive.ubuntu.com security.ubuntu.com ports.ubuntu.com dl-cdn.alpinelinux.org hex.pm repo.hex.pm conda.anaconda.org
  repo.anaconda.com`.split(/\s+/),
);

export const isMirror = (host: string): boolean => mirrors.has(targetOf(host, 443)?.host ?? "");

/**
 * Whether a host as a person wrote it (`packages.example`: ports 80 and 443; `*.packages.example`: every name below
 * one; `packages.example:8080`) is the one that would be reached, `packages.example:443`.
 */
export function coversHost(written: string, target: string): boolean {
  const found = targetOf(target, 443);
  return found !== null && openHosts([written]).allows(found);
}

/** As `coversHost`, for what forbids: a host that is written without a port is meant at every port. */
export function forbidsHost(written: string, target: string): boolean {
  const found = targetOf(target, 443);
  return found !== null && closesTo(written, found);
}
