import { anything, homeMark } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Finding } from "./finding.ts";
import { isTrustedPath, isSecretPath } from "./named-paths.ts";

export type Use = "read" | "list" | "write" | "remove" | "remove-tree" | "empty" | "overwrite";

/** Where the sandbox has the workspace. */
export const workspace = "/workspace";

/** What using a path means, or null where that is nothing a person would be told. `cwd` null: it is not known. */
export function judgePath(path: Arg, use: Use, cwd: string | null): Finding | null {
  const full = fullPath(path, cwd);
  if (use === "read" || use === "list") return full === null ? null : judgeRead(full, use, path.isGlob);
  if (full === null) return unknownTarget(use);
  if (isHarmlessDevice(full)) return null;
  const socket = /^\/dev\/(tcp|udp)\/([^/]*)\/?(.*)$/.exec(full);
  if (socket !== null) return sendsTo(socket[2] ?? "", socket[3] ?? "");
  if (/^\/(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/.test(full)) return scratch(use);
  if (full !== workspace && !full.startsWith(`${workspace}/`)) {
    return { risk: "privilege", because: `${shown(path)} is outside the workspace` };
  }
  return inWorkspace(path, full.slice(workspace.length + 1), use);
}

/** Absolute and without `.` and `..`; null where it is not known which. */
export function fullPath({ shape }: Arg, cwd: string | null): string | null {
  const text = shape.replace(/^file:\/\//, "").replaceAll(homeMark, "/~");
  if (text.startsWith(anything)) return null;
  if (text.startsWith("/")) return normal(text);
  if (text.startsWith("~")) return normal(`/~/${text}`);
  return cwd === null ? null : normal(`${cwd}/${text}`);
}

function normal(path: string): string {
  const steps: string[] = [];
  for (const step of path.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "" && step !== ".") steps.push(step);
  }
  return `/${steps.join("/")}`;
}

const unknownTarget = (use: Use): Finding =>
  use === "write" || use === "overwrite"
    ? { risk: "privilege", because: "it writes to a file whose name is not known before it runs" }
    : { risk: "destructive", because: "what it removes is not known before it runs", removes: null };

const isHarmlessDevice = (path: string): boolean =>
  /^\/dev\/(?:null|stdout|stderr|stdin|tty|zero|full|fd\/\d+)$|^\/proc\/self\/fd\/[012]$/.test(path);

const sendsTo = (host: string, port: string): Finding => ({
  risk: "external",
  because: "it opens a connection of its own",
  hosts: /^[\w.-]+$/.test(host) && /^\d+$/.test(port) ? [`${host}:${port}`] : null,
  unreachable: "only HTTP through the proxy leaves the sandbox",
});

function scratch(use: Use): Finding {
  if (use === "remove-tree") return { risk: "destructive", because: "it removes a directory", removes: null };
  return { risk: "write", because: "it writes a temporary file" };
}

function inWorkspace(path: Arg, inside: string, use: Use): Finding {
  const isWhole = inside === "" || inside === "*";
  if (isTrustedPath(inside) || mayBeHook.test(inside)) {
    return { risk: "privilege", because: `${shown(path)} is trusted by other programs`, touches: [inside] };
  }
  if (use === "write")
    return { risk: "write", because: `it writes ${shown(path)}`, touches: named(path, inside) };
  if (use === "remove" && !path.isGlob && !/[\uE000\uE001]/.test(path.shape)) {
    return { risk: "write", because: `it removes ${shown(path)}`, touches: named(path, inside) };
  }
  const isKnown = !path.isGlob && !isWhole && named(path, inside).length > 0;
  return {
    risk: "destructive",
    because: `it ${lossOf[use]} ${path.isGlob ? "whatever " : ""}${shown(path)}${endOf(use, path)}`,
    touches: named(path, inside),
    removes: isKnown ? [inside] : null,
  };
}

/** A hook of git, in a directory nobody has told. */
const mayBeHook =
  /[\uE000-\uE002].*\/(?:applypatch-msg|pre-applypatch|post-applypatch|pre-commit|pre-merge-commit|prepare-commit-msg|commit-msg|post-commit|pre-rebase|post-checkout|post-merge|pre-push|pre-receive|update|post-receive|post-update|push-to-checkout|pre-auto-gc|post-rewrite|sendemail-validate|fsmonitor-watchman|settings\.json|settings\.local\.json|config)$/;

const lossOf: Readonly<Record<Use, string>> = {
  read: "reads",
  list: "reads",
  write: "writes",
  remove: "removes",
  "remove-tree": "removes",
  empty: "empties",
  overwrite: "overwrites",
};

const endOf = (use: Use, { isGlob }: Arg): string =>
  isGlob ? " matches" : use === "remove-tree" ? " and all below it" : "";

const named = (path: Arg, inside: string): readonly string[] =>
  path.isGlob || /[\uE000-\uE002]/.test(inside) || inside === "" ? [] : [inside];

const shown = ({ shape }: Arg): string =>
  shape.replaceAll(homeMark, "~").replaceAll(/[\uE000\uE001]/g, "…") || ".";

/** Reading is asked about only where secrets lie, or where the workspace has no business. */
function judgeRead(full: string, use: "read" | "list", isGlob: boolean): Finding | null {
  if (/^\/dev\/(?:tcp|udp)\//.test(full)) return sendsTo(full.split("/")[3] ?? "", full.split("/")[4] ?? "");
  const inside =
    full === workspace ? "" : full.startsWith(`${workspace}/`) ? full.slice(workspace.length + 1) : null;
  const isSecret = isSecretPath(inside ?? full, isGlob);
  if (isSecret && (use === "read" || inside === null)) {
    return { risk: "privilege", because: "it reads what may hold secrets" };
  }
  if (inside !== null || use === "list" || isOpenPlace(full)) return null;
  return { risk: "privilege", because: "it reads files outside the workspace" };
}

const openEtc =
  /^\/etc\/(?:os-release|lsb-release|debian_version|alpine-release|redhat-release|issue|hosts|hostname|resolv\.conf|timezone|localtime|shells|mime\.types|services|protocols|nsswitch\.conf|ssl\/certs|ca-certificates|apt\/sources\.list|ld\.so\.conf|environment|profile|bash\.bashrc|fstab|mtab|motd|(?:passwd|group)$)/;

const isOpenPlace = (full: string): boolean =>
  /^\/(?:tmp|usr|lib|lib64|bin|sbin|opt|var\/tmp|var\/log|var\/lib\/dpkg|dev\/shm|nix)(?:\/|$)/.test(full) ||
  /^\/dev\/(?:null|zero|urandom|random|stdin|stdout|stderr|tty|fd\/\d+)$/.test(full) ||
  /^\/proc\/(?:cpuinfo|meminfo|version|uptime|loadavg|mounts|stat|filesystems|self\/(?:status|limits|mounts|cgroup|fd))/.test(
    full,
  ) ||
  /^\/sys\/fs\/cgroup(?:\/|$)/.test(full) ||
  openEtc.test(full);
