import { resolve } from "node:path";
import { fieldsOf } from "../../core/manifest/fields.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { readableKept } from "../kept-secrets.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { collect } from "../page/collect.ts";
import { markOfPage, pageOf } from "../page/document.ts";
import { writePage } from "../page/write-page.ts";
import { existing, withRun } from "../reader.ts";
import { readStory } from "../story.ts";
import { inOneLine, short } from "../view/words.ts";

/** Options of `harness show`. */
export interface ShowOptions {
  readonly task?: string;
  readonly leftOut?: boolean;
  readonly json?: boolean;
  /** A file for the page; `-`: stdout; true: named after the run, where the person stands. */
  readonly html?: string | true;
  readonly force?: boolean;
}

/** `harness show [RUN] --html [FILE]`: the run as one page for a browser. */
export async function showPage(
  io: Io,
  named: string | undefined,
  file: string | true,
  options: ShowOptions,
): Promise<number> {
  checkAsked(named, file, options);
  return withRun(io, named, async ({ storage, ownerOf }, id) => {
    const { dir, spec } = await existing(io);
    const { redaction } = await readableKept(dir, spec, io.env);
    const redact = (text: string): string => redaction.text(text);
    const { acceptedBy } = await readStory(storage.journal, id);
    const collected = await collect(storage, id, { owner: ownerOf(id), now: Date.now(), redact });
    const text = pageOf(collected, { manifest: fieldsOf(await readManifest(storage, id)), acceptedBy });
    if (file === "-") {
      io.out(text);
      return exit.ok;
    }
    const path = resolve(io.cwd, file === true ? `${id}.html` : file);
    await writePage(path, text, {
      option: "--html",
      mark: markOfPage(id),
      what: `page of run ${id}`,
      isForced: options.force === true,
    });
    io.err(` wrote the page of run ${id} to ${inOneLine(path)} (${short(Buffer.byteLength(text))}B)\n`);
    return exit.ok;
  });
}

function checkAsked(named: string | undefined, file: string | true, options: ShowOptions): void {
  const { task, leftOut, json } = options;
  const other =
    task !== undefined ? "--task" : leftOut === true ? "--left-out" : json === true ? "--json" : null;
  if (other !== null)
    throw new Refused(
      `--html and ${other} do not go together; the page has all of the run: leave out one of them`,
    );
  if (file === "") throw new Refused("--html: the file has no name; name one, or leave it out for RUN.html");
  // `--html 7k2m` would take the run for the name of a file.
  if (named === undefined && file !== true && /^[a-z0-9]{4,16}$/.test(file))
    throw new Refused(
      `--html ${file} names a file; for run ${file}: harness show ${file} --html, for the file: --html ./${file}`,
    );
}
