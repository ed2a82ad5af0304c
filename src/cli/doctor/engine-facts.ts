import { availableParallelism, hostname } from "node:os";
import { z } from "zod";
import { knownFaults } from "../../edges/docker/versions.ts";
import type { EngineVersions, KnownFault, Part } from "../../edges/docker/versions.ts";
import type { Limits } from "../../edges/docker/profile.ts";
import { plural } from "../view/words.ts";
import { ok, warns } from "./finding.ts";
import type { Fault, Finding } from "./finding.ts";

/** What is read of `GET /info` (Docker Engine API): what an older engine does not say is null. */
export const engineInfo = z.object({
  ServerVersion: z.string().nullish(),
  OSType: z.string().nullish(),
  Name: z.string().nullish(),
  Driver: z.string().nullish(),
  CgroupVersion: z.string().nullish(),
  CgroupDriver: z.string().nullish(),
  MemTotal: z.number().nullish(),
  NCPU: z.number().nullish(),
  MemoryLimit: z.boolean().nullish(),
  SwapLimit: z.boolean().nullish(),
  PidsLimit: z.boolean().nullish(),
  CpuCfsQuota: z.boolean().nullish(),
  DockerRootDir: z.string().nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
  Plugins: z.object({ Authorization: z.array(z.string()).nullish() }).nullish(),
  RuncCommit: z.object({ ID: z.string() }).nullish(),
  ContainerdCommit: z.object({ ID: z.string() }).nullish(),
});
export type EngineInfo = z.infer<typeof engineInfo>;

/** What is read of `GET /version`. */
export const engineVersion = z.object({
  Version: z.string().nullish(),
  ApiVersion: z.string().nullish(),
  Components: z
    .array(
      z.object({
        Name: z.string(),
        Version: z.string(),
        Details: z.object({ GitCommit: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});
export type EngineVersion = z.infer<typeof engineVersion>;

/** What an engine is, by its own words. `bad`: what becomes of something without which there are no containers. */
export const engineFacts = (info: EngineInfo, version: EngineVersion, bad: Fault): readonly Finding[] => [
  kindFinding(info, version, bad),
  ...versionFindings(versionsOf(info, version)),
  storageFinding(info),
  cgroupFinding(info, bad),
  ...securityFindings(info.SecurityOptions ?? [], bad),
];

/** Of Docker 20.10, the oldest engine harness was tried on. */
const oldestApi = { major: 1, minor: 41 };

function kindFinding(info: EngineInfo, { Version, ApiVersion }: EngineVersion, bad: Fault): Finding {
  const found = `${Version ?? info.ServerVersion ?? "of unknown version"}, API ${ApiVersion ?? "unknown"}`;
  if (info.OSType !== "linux")
    return bad(
      "engine",
      `${found}, for ${info.OSType ?? "unknown"} containers`,
      "switch it to Linux containers",
    );
  const [major = 0, minor = 0] = (ApiVersion ?? "").split(".").map(Number);
  const isOld = major < oldestApi.major || (major === oldestApi.major && minor < oldestApi.minor);
  return isOld ? bad("engine", found, "update the engine to Docker 20.10 or newer") : ok("engine", found);
}

/** The packager's own number where the engine tells it, for people; what is before it decides. */
function versionsOf(info: EngineInfo, { Version, Components }: EngineVersion): EngineVersions {
  const of = (name: string, commit: string | null): string | null => {
    const part = Components?.find((one) => one.Name === name);
    const said = [part?.Details?.["GitCommit"], commit];
    const longer = said.find((text) => part !== undefined && text?.startsWith(part.Version) === true);
    return longer ?? part?.Version ?? commit;
  };
  return {
    engine: Version ?? info.ServerVersion ?? null,
    containerd: of("containerd", info.ContainerdCommit?.ID ?? null),
    runc: of("runc", info.RuncCommit?.ID ?? null),
    hasAuthorization: (info.Plugins?.Authorization ?? []).length > 0,
  };
}

function versionFindings(versions: EngineVersions): readonly Finding[] {
  const faults = Map.groupBy(knownFaults(versions), ({ part }) => part);
  return (["engine", "containerd", "runc"] as const).flatMap((part) => {
    const version = versions[part] ?? "the engine does not say its version";
    const own = faults.get(part);
    if (own !== undefined) return [faultFinding(part, version, own)];
    // The engine has a line of its own.
    return part === "engine" ? [] : [ok(part, version)];
  });
}

/** A warning at most: distributions mend faults without changing the number. */
const faultFinding = (part: Part, version: string, faults: readonly KnownFault[]): Finding =>
  warns(
    part,
    [
      version,
      ...faults.map((fault) => `${fault.names.join(", ")} before ${fault.mendedIn}: ${fault.what}`),
    ].join(" · "),
    `update ${part}; a distribution may have mended it under the old number: look for these names in the changelog of its package`,
  );

function storageFinding({ Driver }: EngineInfo): Finding {
  const name = Driver ?? "not said";
  if (Driver === "vfs")
    return warns(
      "storage",
      `${name} copies a whole image for each container`,
      "use overlay2: see the engine's storage drivers",
    );
  return ok("storage", name);
}

function cgroupFinding(info: EngineInfo, bad: Fault): Finding {
  const found = `cgroups ${info.CgroupVersion ?? "of unknown version"}, ${info.CgroupDriver ?? "driver unknown"}`;
  const missing = [
    ...(info.MemoryLimit === false ? ["memory"] : []),
    ...(info.PidsLimit === false ? ["processes"] : []),
    ...(info.CpuCfsQuota === false ? ["processors"] : []),
  ];
  if (missing.length > 0)
    return bad(
      "limits",
      `${found}: no limit on ${missing.join(", ")} can be kept`,
      "switch those controllers on; a rootless engine needs cgroups 2 and their delegation to you",
    );
  if (info.SwapLimit === false)
    return warns("limits", `${found}: swap cannot be limited`, "boot with swapaccount=1, or without swap");
  return ok("limits", found);
}

/** Each is `name=seccomp,profile=default`. */
function securityFindings(options: readonly string[], bad: Fault): readonly Finding[] {
  const found = new Map(
    options.map((option) => {
      const fields = new Map(option.split(",").map((field) => field.split("=", 2) as [string, string]));
      return [fields.get("name") ?? option, fields] as const;
    }),
  );
  const users = [
    found.has("rootless") ? "rootless" : "the engine runs as root",
    ...(found.has("userns") ? ["maps users; containers of harness ask it not to"] : []),
  ];
  return [
    ok("users", users.join(", ")),
    seccompFinding(found.get("seccomp")?.get("profile") ?? null, found.has("seccomp"), bad),
    ok("AppArmor", found.has("apparmor") ? "on" : found.has("selinux") ? "off, SELinux is on" : "off"),
  ];
}

function seccompFinding(profile: string | null, isOn: boolean, bad: Fault): Finding {
  const todo = "start the engine with its own default profile, on a kernel with seccomp";
  if (!isOn) return bad("seccomp", "off: a worker may call all of the kernel", todo);
  if (profile === "unconfined")
    return bad("seccomp", "unconfined: a worker may call all of the kernel", todo);
  // Engines from 23.0 on call the default `builtin`.
  if (profile === null || profile === "default" || profile === "builtin")
    return ok("seccomp", "the default profile");
  return warns(
    "seccomp",
    `a profile of your own: ${profile}`,
    "make sure that it allows no more than the default",
  );
}

/** Whether the engine's machine holds as many containers as work at once. */
export function roomFinding(info: EngineInfo, limits: Limits, concurrency: number): Finding {
  const memory = info.MemTotal ?? 0;
  const free = isSameMachine(info) ? process.availableMemory() : memory;
  const has = `${gib(memory)} of memory${free === memory ? "" : ` (${gib(free)} free)`} and ${plural(info.NCPU ?? 0, "processor")}`;
  const found = `${has}; ${concurrency} at once with up to ${gib(limits.memory)} and ${plural(limits.cpus, "processor")} each`;
  if (limits.memory * concurrency <= free) return ok("room", found);
  return warns(
    "room",
    found,
    "if commands are killed: set concurrency: or sandbox.memory: lower in harness.yaml",
  );
}

/** As settings count. */
const gib = (bytes: number): string => `${Number((bytes / 2 ** 30).toFixed(1))} GiB`;

/** By its name and size: enough for a remark on free memory and disk. */
export const isSameMachine = ({ Name, NCPU }: EngineInfo): boolean =>
  Name === hostname() && NCPU === availableParallelism();
