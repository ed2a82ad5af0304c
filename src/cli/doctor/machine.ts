import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Io } from "../io.ts";
import { ok, warns, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Node, the platform, git and the terminal. */
export const machineFindings = async (io: Io): Promise<readonly Finding[]> => [
  nodeFinding(process.versions.node, oldestNode()),
  platformFinding(process.platform, process.arch),
  gitFinding(await gitVersion()),
  terminalFinding(io),
];

/** `oldest`: like `22.18`. */
export function nodeFinding(version: string, oldest: string): Finding {
  if (isOlder(version, oldest))
    return wrong("node", `${version}, older than ${oldest}`, `install Node ${oldest} or newer`);
  return ok("node", version);
}

/** What package.json asks for, two directories above both src/cli and dist/cli. */
function oldestNode(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { engines } = JSON.parse(text) as { readonly engines: { readonly node: string } };
  return engines.node.replace(/^>=\s*/, "");
}

export function platformFinding(platform: string, arch: string): Finding {
  const name = { linux: "Linux", darwin: "macOS" }[platform];
  if (name !== undefined) return ok("platform", `${name}, ${arch}`);
  return wrong("platform", `${platform} is not supported`, "use Linux (on Windows: WSL 2) or macOS");
}

/** The first whose settings can be given by its environment, which is how ours win over a repository's. */
const oldestGit = "2.31";

/** `version`: what `git version` says, null where there is no git. */
export function gitFinding(version: string | null): Finding {
  if (version === null)
    return warns(
      "git",
      "is not installed or does not answer",
      "install git: without it nothing that git ignores is left out of a workspace, and no branch can be exported",
    );
  const number = /\d+(?:\.\d+)+/.exec(version)?.[0] ?? "";
  if (isOlder(number, oldestGit))
    return warns("git", `${number}, older than ${oldestGit}`, `install git ${oldestGit} or newer`);
  return ok("git", number);
}

const gitMs = 5000;

async function gitVersion(): Promise<string | null> {
  return new Promise((resolve) => {
    execFile("git", ["version"], { timeout: gitMs, killSignal: "SIGKILL" }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}

function terminalFinding(io: Io): Finding {
  if (!io.isTerminal) return ok("terminal", "none: a run tells its story in plain lines");
  const colours = (io.env["NO_COLOR"] ?? "") === "" ? "colours" : "no colours (NO_COLOR)";
  return ok("terminal", `${io.columns} columns, ${io.rows} rows, ${colours}`);
}

/** By the numbers; a part that is no number counts as 0. */
function isOlder(version: string, than: string): boolean {
  const numbers = (text: string): number[] => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [own, least] = [numbers(version), numbers(than)];
  const at = least.findIndex((part, index) => part !== (own[index] ?? 0));
  return at !== -1 && (own[at] ?? 0) < (least[at] ?? 0);
}
