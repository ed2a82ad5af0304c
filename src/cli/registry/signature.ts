import { userInfo } from "node:os";
import type { Signature } from "../../core/registry/stage.ts";
import { runGit } from "../../edges/files/git.ts";
import { Refused } from "../exit.ts";

/** Who does something now, on which commit. @throws Refused without a reason */
export async function signature(dir: string, why: string | undefined, command: string): Promise<Signature> {
  const reason = (why ?? "").trim();
  if (reason === "") throw new Refused(`say why, for who reads it in a year: ${command}`);
  if (reason.length > 2000) throw new Refused(`the reason is longer than 2,000 characters; say it shorter`);
  const [user, commit] = await Promise.all([
    git(dir, ["config", "--get", "user.name"]),
    git(dir, ["rev-parse", "--verify", "--quiet", "HEAD"]),
  ]);
  const who = (user ?? userInfo().username).slice(0, 200).toWellFormed();
  return { who, at: new Date().toISOString(), why: reason.toWellFormed(), commit };
}

/** One line that git prints; null: it prints none, or there is no git. */
async function git(cwd: string, args: readonly string[]): Promise<string | null> {
  const end = await runGit({ cwd, options: [], env: {}, settings: [] }, args);
  const line = end?.code === 0 ? end.out.toString("utf8").trim() : "";
  return line === "" ? null : line;
}
