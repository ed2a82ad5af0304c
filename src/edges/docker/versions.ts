/** What an engine says of its parts, as it says it; null: nothing. */
export interface EngineVersions {
  readonly engine: string | null;
  readonly containerd: string | null;
  readonly runc: string | null;
  /** Whether the engine asks authorization plugins before it obeys. */
  readonly hasAuthorization: boolean;
}

export type Part = "engine" | "containerd" | "runc";

/** A fault that the number of a version stands for. A distribution may have mended it under the same number. */
export interface KnownFault {
  readonly part: Part;
  /** `CVE-2024-21626`, … */
  readonly names: readonly string[];
  /** What comes of it, in a few words. */
  readonly what: string;
  /** The version that mends it in the series at hand. */
  readonly mendedIn: string;
}

interface Row {
  readonly part: Part;
  readonly names: readonly string[];
  readonly what: string;
  /** From this version, "" for the first there was, up to but without the one that mends it. */
  readonly ranges: readonly (readonly [from: string, mendedIn: string])[];
  /** Concerns engines with authorization plugins only. */
  readonly authorization?: true;
}

const rows: readonly Row[] = [
  {
    // github.com/opencontainers/runc/security/advisories/GHSA-xr7r-f8xq-vfvv
    part: "runc",
    names: ["CVE-2024-21626"],
    what: "a leaked file descriptor lets an image or a command reach the host's files",
    ranges: [["1.0.0-rc93", "1.1.12"]],
  },
  {
    // GHSA-9493-h29p-rfm2, GHSA-qw9x-cqr3-wc7r, GHSA-cgrx-mc8f-2prm of the same repository
    part: "runc",
    names: ["CVE-2025-31133", "CVE-2025-52565", "CVE-2025-52881"],
    what: "masked paths and writes to /proc can be turned against the host",
    ranges: [
      ["", "1.2.8"],
      ["1.3.0-rc.1", "1.3.3"],
      ["1.4.0-rc.1", "1.4.0-rc.3"],
    ],
  },
  {
    // github.com/containerd/containerd/security/advisories/GHSA-pwhc-rpq9-4c8w
    part: "containerd",
    names: ["CVE-2024-25621"],
    what: "its directories are open to other users of the engine's machine",
    ranges: [
      ["", "1.7.29"],
      ["2.0.0-beta.0", "2.0.7"],
      ["2.1.0-beta.0", "2.1.5"],
      ["2.2.0-beta.0", "2.2.0"],
    ],
  },
  {
    // github.com/moby/moby/security/advisories/GHSA-v23v-6jw2-98fq
    part: "engine",
    names: ["CVE-2024-41110"],
    what: "a crafted request goes past the authorization plugins",
    authorization: true,
    ranges: [
      ["19.03.0", "23.0.15"],
      ["24.0.0", "25.0.6"],
      ["26.0.0", "26.1.5"],
      ["27.0.0", "27.1.1"],
    ],
  },
  {
    // github.com/moby/moby/security/advisories/GHSA-x744-4wpc-v9h2: the mending of the one above was not whole
    part: "engine",
    names: ["CVE-2026-34040"],
    what: "a crafted request goes past the authorization plugins",
    authorization: true,
    ranges: [["", "29.3.1"]],
  },
];

/** What is known of these versions, by their numbers alone. A version that cannot be read has no known faults. */
export function knownFaults(versions: EngineVersions): readonly KnownFault[] {
  return rows.flatMap(({ part, names, what, ranges, authorization }) => {
    const version = readVersion(versions[part] ?? "");
    if (version === null || (authorization === true && !versions.hasAuthorization)) return [];
    const range = ranges.find(
      ([from, mendedIn]) => isAtLeast(version, from) && !isAtLeast(version, mendedIn),
    );
    return range === undefined ? [] : [{ part, names, what, mendedIn: range[1] }];
  });
}

/** Major, minor, patch, stage (0 alpha and beta, 1 release candidate, 2 release) and number within the stage. */
type Version = readonly [number, number, number, number, number];

/** `1.1.12`, `v1.2.0-rc.1`, `1.0.0-rc93`; of `1.1.5+ds1-1+deb12u1` and `1.6.20~ds1` what is before the packager's own. */
function readVersion(text: string): Version | null {
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-~](alpha|beta|rc)\.?(\d+))?/.exec(text.trim());
  if (found === null) return null;
  const [, major, minor, patch = "0", stage, n = "0"] = found;
  const rank = stage === undefined ? 2 : stage === "rc" ? 1 : 0;
  return [Number(major), Number(minor), Number(patch), rank, Number(n)];
}

function isAtLeast(version: Version, least: string): boolean {
  const other = readVersion(least);
  if (other === null) return true;
  const at = version.findIndex((part, index) => part !== other[index]);
  return at === -1 || (version[at] ?? 0) > (other[at] ?? 0);
}
