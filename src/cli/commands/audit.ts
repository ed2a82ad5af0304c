import { audit } from "../../core/audit.ts";
import type { Finding } from "../../core/audit/finding.ts";
import type { Entry } from "../../core/event.ts";
import type { Digest, RunId } from "../../core/id.ts";
import type { Ports } from "../../core/ports.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { withRun } from "../reader.ts";
import { storedFindings } from "../stored.ts";
import { stillVisible } from "../view/visible.ts";
import { plural } from "../view/words.ts";
import { sha256 } from "../sha256.ts";

/** `harness audit [RUN]`: the promises, checked by reading only. */
export const auditRun = async (
  io: Io,
  named: string | undefined,
  options: { readonly json?: boolean },
): Promise<number> =>
  withRun(io, named, async ({ storage }, id) => {
    const entries: Entry[] = [];
    for await (const entry of storage.journal.read(id, 0)) entries.push(entry);
    const findings = await check(storage, id, entries);
    if (options.json === true) for (const finding of findings) io.out(`${JSON.stringify(finding)}\n`);
    else
      for (const finding of findings)
        io.out(
          ` ✗ ${finding.promise}  ${finding.seq === null ? "" : `event ${finding.seq}: `}${stillVisible(finding.what)}\n`,
        );
    const head = entries.at(-1)?.hash ?? "";
    if (options.json !== true) {
      const verdict = findings.length === 0 ? "✓ every promise holds" : plural(findings.length, "finding");
      io.out(` ${verdict}: run ${id}, ${plural(entries.length, "event")}, chain head ${head}\n`);
    }
    return findings.length === 0 ? exit.ok : exit.notMet;
  });

/** What the auditor finds in the journal, then what the store says of the blobs it names. */
async function check(
  { journal, blobs }: Pick<Ports, "journal" | "blobs">,
  id: RunId,
  entries: readonly Entry[],
): Promise<readonly Finding[]> {
  const named = new Set<Digest>();
  const gone: Digest[] = [];
  const missing = async (digests: readonly Digest[]): Promise<readonly Digest[]> => {
    for (const digest of digests) named.add(digest);
    const found = await blobs.missing(digests);
    gone.push(...found);
    return found;
  };
  const answers = await journal.answers(id);
  const findings = await audit(entries, { missing, answers, sha256, now: Date.now() });
  return [...findings, ...(await storedFindings(blobs, entries, named, gone))];
}
