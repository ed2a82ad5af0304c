import { decodeText } from "../core/canonical.ts";
import type { Environment } from "../core/environment.ts";
import { addedTo } from "../core/environment.ts";
import type { Digest } from "../core/id.ts";
import type { Ports } from "../core/ports.ts";
import type { ExecResult } from "../core/sandbox.ts";
import type { Workspaces } from "../core/workspace.ts";
import { treeStore } from "../core/tree-store.ts";
import { SandboxDown } from "./slots.ts";
import { shorten } from "./texts.ts";

/** What a project needs before anyone can work on it: run once, on the tree a run starts from. */
export interface SetupRecipe {
  readonly run: string;
  /** Hosts it may reach. */
  readonly network: readonly string[];
}

/** What a setup came to: what it added, and which files of the workspace it would have changed. */
export type SetUp =
  | { readonly ok: true; readonly environment: Environment; readonly changed: readonly string[] }
  | { readonly ok: false; readonly why: string };

const timeoutMs = 60 * 60_000;
const keptBytes = 64 * 1024;
/** More than this was not installed but strewn about, and no snapshot could look past it. */
const mostAdded = 10_000;

/**
 * goal → environment. `workspaces` must leave nothing out of a snapshot but what it brings itself, so that all that the
 * command made is found. Files of the tree that it changes or removes stay as they were.
 * @throws SandboxDown
 */
export async function setUp(
  { blobs, sandbox }: Pick<Ports, "blobs" | "sandbox">,
  workspaces: Workspaces,
  name: string,
  tree: Digest,
  recipe: SetupRecipe,
): Promise<SetUp> {
  const workspace = await workspaces.checkout(name, tree);
  try {
    const slot = await sandbox.open(name, workspace.dir, recipe.network);
    if ("broken" in slot) throw new SandboxDown(`the ${sandbox.kind} sandbox does not start: ${slot.broken}`);
    const request = { command: recipe.run, timeoutMs, maxOutputBytes: keptBytes };
    const ran = await slot.exec(request);
    // Nobody writes there any more when it is looked at.
    await slot.close();
    const why = whyFailed(ran);
    if (why !== null) return { ok: false, why };
    const after = await workspace.snapshot();
    const trees = treeStore(blobs);
    const { added, changed } = await addedTo(trees, tree, after.tree);
    if (added.length > mostAdded)
      return {
        ok: false,
        why: `it left ${added.length} files in directories of the workspace; let it write into one of its own`,
      };
    // In the order in which it will be added, so that equal results are equal bytes.
    const sorted = [...added].toSorted((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
    return { ok: true, environment: { v: 1, added: sorted }, changed };
  } finally {
    await workspace.remove();
  }
}

const pathOf = ({ dir, entry }: Environment["added"][number]): string => `${dir}/${entry.name}`;

/** null: it ended with 0. @throws SandboxDown when the sandbox itself failed */
function whyFailed(ran: ExecResult): string | null {
  if (ran.outcome === "broken") throw new SandboxDown(`the sandbox failed: ${ran.why ?? "unknown"}`);
  if (ran.outcome === "exited" && ran.exit === 0) return null;
  const said = shorten(decodeText(ran.output).trim(), 4000);
  const refused = ran.denied.map(({ host, port }) => `${host}:${port}`).join(", ");
  const hosts =
    refused === ""
      ? ""
      : `\nit was kept from reaching ${refused}: name it in sandbox.setup.network if it should`;
  const how = ran.outcome === "exited" ? `exit ${ran.exit}` : endings[ran.outcome];
  return `${how}${said === "" ? "" : `\n${said}`}${hosts}`;
}

const endings = {
  timeout: `not done after ${timeoutMs / 60_000} min`,
  flood: "far too much output",
  oom: "out of memory",
  full: "the disk ran full",
} as const;
