import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseRef } from "../../core/registry/artifact.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { prompts } from "../../edges/prompts/prompts.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { oneLine, plural } from "../view/words.ts";
import { tryCase } from "./case.ts";
import { readCases } from "./case-file.ts";
import type { RenderCase } from "./case-file.ts";
import type { Opened } from "./open-registry.ts";
import { promptText } from "./prompt-text.ts";
import type { PromptText } from "./prompt-text.ts";

const folder = "tasks/prompts";

/** `harness prompts test [NAME]`: renders every case of `tasks/prompts`; asks no model. @returns exit code 1 when one fails */
export async function testPrompts(io: Io, opened: Opened, name: string | undefined): Promise<number> {
  const started = performance.now();
  const files = await caseFiles(opened.dir);
  const renderer = prompts();
  let [tried, failed] = [0, 0];
  for (const file of files) {
    for (const one of await readCases(join(opened.dir, file))) {
      const text = await meantBy(opened, join(opened.dir, file), one);
      if (name !== undefined && text.name !== name) continue;
      const faults = tryCase(renderer, text, one);
      tried += 1;
      failed += faults.length > 0 ? 1 : 0;
      for (const fault of faults) io.err(` ✗ ${file}:${one.line} ${oneLine(`${one.id}: ${fault}`, 400)}\n`);
    }
  }
  if (tried === 0)
    throw new Refused(
      `there is no case${name === undefined ? "" : ` for ${name}`} in ${folder}; write one: ${sample}`,
    );
  const ms = Math.ceil(performance.now() - started);
  const failedText = failed === 0 ? "all pass" : `${failed} failed`;
  io.err(` ${plural(tried, "case")} of ${plural(files.length, "file")}, ${failedText} · ${ms} ms\n`);
  return failed === 0 ? exit.ok : exit.notMet;
}

const sample = `${folder}/worker.yaml with prompt: worker, cases: [{ id: short, vars: {…}, expect: { contains: …, tokens: 4000 } }]`;

async function caseFiles(dir: string): Promise<readonly string[]> {
  const there = await readdir(join(dir, folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  const mistaken = there.find((file) => file.endsWith(".yml"));
  if (mistaken !== undefined)
    throw new BadInput(join(dir, folder, mistaken), null, "this is not read; let its name end in .yaml");
  return there
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file) => `${folder}/${file}`);
}

/** A name alone is the working file: that is what is being written. @throws BadInput */
async function meantBy(opened: Opened, path: string, { prompt, line }: RenderCase): Promise<PromptText> {
  const ref = parseRef(prompt, "prompt");
  if (typeof ref === "string") throw new BadInput(path, line, `prompt: ${prompt}: ${ref}`);
  return promptText(opened, ref.which.type === "unsaid" ? { ...ref, which: { type: "file" } } : ref);
}
