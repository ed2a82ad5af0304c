import type { Assessment } from "../core/assessment.ts";
import { canonical } from "../core/canonical.ts";
import type { Json } from "../core/canonical.ts";
import { assessHttp, httpArgs } from "../core/http-call.ts";
import { assessTool } from "../core/risk/tool-call.ts";
import type { SecretsSpec } from "../core/secret.ts";
import { assessShell } from "../edges/shell/assess.ts";

/**
 * What a call would do, by whichever of the tools it is of. Arguments that no tool takes are a call of an unknown one.
 * @param secrets of the project, which requests may name
 */
export const assessing =
  (secrets: SecretsSpec) =>
  (tool: string, args: unknown): Assessment => {
    if (tool === "bash") return assessShell((args as { readonly command?: string }).command ?? "");
    const ofFiles = assessTool(tool, args as Json);
    if (ofFiles !== null) return ofFiles;
    const request = tool === "http_request" ? httpArgs.safeParse(args) : null;
    const known = Object.entries(secrets).map(([name, { hosts }]) => ({ name, hosts }));
    return request?.success === true ? assessHttp(request.data, known) : ofServer(tool, args);
  };

/** What a server's tool does is known to the server alone; what it says of itself is no proof. */
const ofServer = (tool: string, args: unknown): Assessment => ({
  parts: [
    {
      text: `${tool} ${canonical(args)}`,
      words: [tool],
      risk: "external",
      because: `${tool} acts outside the sandbox`,
      hosts: [],
      touches: [],
      removes: null,
      isOpaque: false,
      unreachable: null,
    },
  ],
});
