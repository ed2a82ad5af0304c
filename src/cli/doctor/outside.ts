import { redaction } from "../../core/redaction.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { readableSecrets, readSecrets } from "../../edges/secrets/secrets.ts";
import type { Io } from "../io.ts";
import { oneLine, plural } from "../view/words.ts";
import { ok, warns, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** What `harness.yaml` names outside the sandbox: secrets are read, servers started, asked for their tools, and ended. */
export const outsideFindings = async (io: Io, project: ProjectFile): Promise<readonly Finding[]> => [
  ...(await secretFindings(io, project)),
  ...(await serverFindings(io, project)),
];

async function secretFindings({ env }: Io, { dir, spec }: ProjectFile): Promise<readonly Finding[]> {
  const secrets = Object.entries(spec.secrets ?? {});
  if (secrets.length === 0) return [];
  const read = await Promise.all(
    secrets.map(async ([name, one]) => readSecrets({ [name]: one }, { projectDir: dir, env })),
  );
  const faults = read.filter((found) => typeof found === "string");
  return faults.length === 0
    ? [ok("secrets", secrets.map(([name]) => name).join(", "))]
    : faults.map((fault) => wrong("secrets", fault, "a run does not start without it"));
}

async function serverFindings({ env }: Io, { dir, spec }: ProjectFile): Promise<readonly Finding[]> {
  if (spec.mcp === undefined) return [];
  const secrets = await readableSecrets(spec.secrets ?? {}, { projectDir: dir, env });
  const { openMcp } = await import("../../edges/mcp/servers.ts");
  const servers = await openMcp(spec.mcp, {
    projectDir: dir,
    env,
    secrets,
    redaction: redaction(secrets),
    log: () => undefined,
  });
  try {
    const tools = servers.tools.map(({ spec: { name } }) => name).join(", ");
    const found = `${plural(servers.tools.length, "tool")}${tools === "" ? "" : `: ${oneLine(tools, 300)}`}`;
    return [
      ...servers.faults.map((fault) => warns("mcp", fault, "workers do not have what it names")),
      ...(servers.tools.length > 0 || servers.faults.length === 0 ? [ok("mcp", found)] : []),
    ];
  } finally {
    await servers.close();
  }
}
