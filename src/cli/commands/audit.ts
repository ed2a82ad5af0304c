import { audit } from "../../core/audit.ts";
import type { Entry } from "../../core/event.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { withRun } from "../reader.ts";
import { plural } from "../view/words.ts";
import { sha256 } from "../wire.ts";

/** `harness audit [RUN]`: the promises, checked by reading only. */
export const auditRun = async (io: Io, named: string | undefined, options: { readonly json?: boolean }): Promise<number> =>
  withRun(io, named, async ({ storage }, id) => {
    const entries: Entry[] = [];
    for await (const entry of storage.journal.read(id, 0)) entries.push(entry);
    const findings = await audit(entries, {
      missing: async (digests) => storage.blobs.missing(digests),
      answers: await storage.journal.answers(id),
      sha256,
      now: Date.now(),
    });
    if (options.json === true) for (const finding of findings) io.out(`${JSON.stringify(finding)}\n`);
    else for (const finding of findings) io.out(` ✗ ${finding.promise}  event ${finding.seq ?? "-"}: ${finding.what}\n`);
    const head = entries.at(-1)?.hash ?? "";
    if (options.json !== true) {
      const verdict = findings.length === 0 ? "✓ every promise holds" : `${plural(findings.length, "finding")}`;
      io.out(` ${verdict}: run ${id}, ${plural(entries.length, "event")}, chain head ${head}\n`);
    }
    return findings.length === 0 ? exit.ok : exit.notMet;
  });
