import { rollback as back } from "../../core/registry/stage.ts";
import { nameText } from "../../core/registry/artifact.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { kinds } from "../registry/kinds.ts";
import { add, openRegistry, refTyped } from "../registry/open-registry.ts";
import { signature } from "../registry/signature.ts";
import { tell } from "./promote.ts";

export interface RollbackOptions {
  readonly why?: string;
}

/** `harness rollback prompt:NAME --why …`: what was in production before is again. Asks nobody and needs no network. */
export async function rollback(io: Io, typed: string, options: RollbackOptions): Promise<number> {
  const ref = refTyped("harness rollback", typed, null);
  if (ref.which.type !== "unsaid")
    throw new Refused(
      `a rollback goes to what was in production before: harness rollback ${nameText(ref)} --why "…"; to another version: harness promote ${typed} --to production --why "…"`,
    );
  const opened = await openRegistry(io);
  const by = await signature(opened.dir, options.why, `harness rollback ${nameText(ref)} --why "…"`);
  const history = opened.registry.history(ref);
  const record = back(history, by);
  if (!("no" in record))
    await kinds[ref.kind].textOf(opened, { ...ref, which: { type: "version", version: record.version } });
  tell(io, await add(opened, history, record));
  return exit.ok;
}
