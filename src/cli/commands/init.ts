import { resolve } from "node:path";
import { initProject } from "../../edges/project/init.ts";
import type { InitFile } from "../../edges/project/init.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";

/** `harness init [dir]`: writes what is missing, keeps what is there. */
export async function init(io: Io, dir: string): Promise<number> {
  const target = resolve(io.cwd, dir);
  const files = await initProject(target);
  for (const { path, state } of files) io.out(` ${told[state]}  ${path}\n`);
  io.out(`\n next: ${dir === "." ? "" : `cd ${dir} && `}harness run goal.md --model anthropic/<model>\n`);
  return exit.ok;
}

/** `added`: of all that is made only .gitignore gets a line when it was there. */
const told: Readonly<Record<InitFile["state"], string>> = {
  written: "wrote",
  kept: "kept ",
  added: "added .harness/ to",
};
