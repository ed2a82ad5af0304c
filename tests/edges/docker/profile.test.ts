import { describe, expect, it } from "vitest";
import { containerOptions, profileName } from "../../../src/edges/docker/profile.ts";

const limits = { memory: 512 * 2 ** 20, cpus: 1.5 };
const users = { uid: 1000, gid: 1001 };
const wanted = { image: "sha256:0", limits, users, labels: { a: "b" }, dir: "/host/dir" };

describe("the profile of a container", () => {
  it("is the hardening that the design promises", () => {
    const { HostConfig, ...options } = containerOptions(wanted);
    expect(HostConfig).toMatchObject({
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      Init: true,
      PidsLimit: 512,
      Memory: limits.memory,
      MemorySwap: limits.memory,
      NanoCpus: 1_500_000_000,
      LogConfig: { Type: "none" },
    });
    expect(options).toMatchObject({ User: "65534:65534", Healthcheck: { Test: ["NONE"] } });
  });

  it("gives no rights, devices, namespaces or mounts beyond", () => {
    const { HostConfig = {} } = containerOptions(wanted);
    for (const key of [
      "Privileged",
      "CapAdd",
      "Devices",
      "PidMode",
      "IpcMode",
      "Binds",
      "VolumesFrom",
      "Sysctls",
    ])
      expect(HostConfig).not.toHaveProperty(key);
    expect(HostConfig.Mounts).toEqual([
      { Type: "bind", Source: "/host/dir", Target: "/workspace", ReadOnly: false },
    ]);
    for (const options of Object.values(HostConfig.Tmpfs as Record<string, string>))
      expect(options).toMatch(/^rw,nosuid,nodev,noexec,size=\d+,/);
  });

  it("mounts more of the host only read-only", () => {
    const { HostConfig } = containerOptions({ ...wanted, mounts: [{ from: "/a", to: "/b" }] });
    expect(HostConfig?.Mounts?.[1]).toEqual({ Type: "bind", Source: "/a", Target: "/b", ReadOnly: true });
  });

  it("holds nothing of the host's environment", () => {
    expect(containerOptions(wanted).Env).toEqual(["HOME=/home/worker", "LANG=C.UTF-8", "LC_ALL=C.UTF-8"]);
  });

  it("has no workspace of the host where none is given", () => {
    const { HostConfig } = containerOptions({ ...wanted, dir: null });
    expect(HostConfig?.Mounts).toEqual([]);
    expect(Object.keys(HostConfig?.Tmpfs as object)).toContain("/workspace");
  });

  it("has a name that changes with limits and users", () => {
    const names = [
      profileName(limits, users),
      profileName({ ...limits, memory: 2 ** 30 }, users),
      profileName({ ...limits, cpus: 2 }, users),
      profileName(limits, { ...users, uid: 1 }),
      profileName(limits, { ...users, gid: 1 }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});
