import type { Arg } from "./arg.ts";
import type { Finding } from "./finding.ts";
import { judgePath } from "./path.ts";

/** Where a program writes what it has found: over a file that looks like the project's own, that file is lost. */
export function reportTo(path: Arg, cwd: string | null): Finding[] {
  const name = path.shape.split("/").at(-1) ?? "";
  const isReport =
    /\.(?:txt|log|out|lst|list|ls|tmp|diff|patch|err|report|dump|trace|tags|html|svg|png|pdf|dot|bin|img|iso|raw|dat|disk|qcow2|zip|tgz|gz)$/i.test(
      name,
    ) ||
    /^(?:out|output|list|files?|result|report|tmp|temp|dump|found|log|trace)(?:[\W_\d]|$)|^[a-z]$/i.test(
      name,
    );
  const finding = judgePath(path, isReport && !path.isGlob ? "write" : "overwrite", cwd);
  return finding === null ? [] : [finding];
}
