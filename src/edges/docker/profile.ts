import type Docker from "dockerode";

/** What a person may set of a container, settled. */
export interface Limits {
  /** Bytes of memory, swap included. */
  readonly memory: number;
  readonly cpus: number;
}

/** Whose processes run where: as the engine sees users. */
export interface Users {
  /** Of the worker's commands, and of its files on the host. */
  readonly uid: number;
  readonly gid: number;
}

const mib = 2 ** 20;
const gib = 2 ** 30;

/** Most bytes of one file a command may write. */
const fileBytes = 4 * gib;
const processes = 512;
const openFiles = 16_384;
/** Sizes of what is kept in memory: it counts as the container's. */
const tmpBytes = 512 * mib;
const homeBytes = 512 * mib;

/** Nobody's: signals of a worker do not reach process 1, whatever they are. */
export const nobody = "65534:65534";

const workspaceDir = "/workspace";
const homeDir = "/home/worker";

/** In every container; nothing of the host's environment. */
const environment = [`HOME=${homeDir}`, "LANG=C.UTF-8", "LC_ALL=C.UTF-8"];

/** The name of this hardening with these limits and users: pinned in a run, so a change of any of it is seen. */
export const profileName = ({ memory, cpus }: Limits, { uid, gid }: Users): string =>
  `docker-1,memory=${memory / mib}m,cpus=${cpus},user=${uid}:${gid}`;

interface Wanted {
  readonly image: string;
  readonly limits: Limits;
  readonly users: Users;
  readonly labels: Readonly<Record<string, string>>;
  /** On the host; null: an empty workspace in memory. */
  readonly dir: string | null;
  /** More paths of the host, read-only. */
  readonly mounts?: readonly { readonly from: string; readonly to: string }[];
  readonly env?: readonly string[];
  /** Paths the image declares as volumes: the engine would give each a directory without a limit. */
  readonly volumes?: readonly string[];
}

/**
 * A container that can do nothing but compute over one directory: no network, a read-only system, no capability, no
 * way to more rights, the engine's default seccomp filter, bounded memory, processors, processes and file sizes.
 */
export function containerOptions(wanted: Wanted): Docker.ContainerCreateOptions {
  const { image, limits, users, labels, dir } = wanted;
  const mine = `uid=${users.uid},gid=${users.gid}`;
  const inMemory = "rw,nosuid,nodev,noexec";
  return {
    Image: image,
    // An image's own entry point and health check would run what nobody asked for.
    Entrypoint: ["sleep"],
    Cmd: ["2147483647"],
    Healthcheck: { Test: ["NONE"] },
    User: nobody,
    WorkingDir: workspaceDir,
    Env: [...environment, ...(wanted.env ?? [])],
    Labels: { ...labels },
    StopSignal: "SIGKILL",
    HostConfig: {
      NetworkMode: "none",
      // Where the engine maps users, files would come back as somebody else's.
      UsernsMode: "host",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      Init: true,
      PidsLimit: processes,
      Memory: limits.memory,
      MemorySwap: limits.memory,
      NanoCpus: Math.round(limits.cpus * 1e9),
      // When the machine itself runs out of memory, a container goes before the harness.
      OomScoreAdj: 500,
      Ulimits: [
        { Name: "fsize", Soft: fileBytes, Hard: fileBytes },
        { Name: "nofile", Soft: openFiles, Hard: openFiles },
        { Name: "core", Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: "none", Config: {} },
      // Not `Binds`, where an engine makes a directory that it does not find.
      Mounts: [
        ...(dir === null ? [] : [bind(dir, workspaceDir, false)]),
        ...(wanted.mounts ?? []).map(({ from, to }) => bind(from, to, true)),
      ],
      Tmpfs: {
        "/tmp": `${inMemory},size=${tmpBytes},mode=1777`,
        [homeDir]: `${inMemory},size=${homeBytes},mode=0700,${mine}`,
        ...Object.fromEntries(
          (wanted.volumes ?? []).map((path) => [path, `${inMemory},size=${tmpBytes},mode=0755,${mine}`]),
        ),
        ...(dir === null ? { [workspaceDir]: `${inMemory},size=${tmpBytes},mode=0755,${mine}` } : {}),
      },
    },
  };
}

const bind = (from: string, to: string, isReadOnly: boolean): Docker.MountSettings => ({
  Type: "bind",
  Source: from,
  Target: to,
  ReadOnly: isReadOnly,
});
