import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openWorkspaces } from "../../../src/edges/files/workspaces.ts";
import { workspacesContract } from "../../contracts/workspaces.contract.ts";
import type { Editor } from "../../contracts/workspaces.contract.ts";
import { memoryBlobs } from "../../memory/blobs.ts";

workspacesContract("files", async () => {
  const blobs = memoryBlobs();
  const base = realpathSync(mkdtempSync(join(tmpdir(), "harness-slots-")));
  return {
    blobs,
    workspacesWith: (environment) =>
      openWorkspaces({
        root: join(base, "slots"),
        blobs,
        scratch: ["**/cache/**"],
        base: null,
        environment,
        owner: null,
      }),
    edit: (_name, { dir }) => editor(dir),
    remove: async () => rmSync(base, { recursive: true, force: true }),
  };
});

const editor = (dir: string): Editor => ({
  write: (path, text, mode = 0o644) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
    chmodSync(join(dir, path), mode);
  },
  mkdir: (path, mode = 0o755) => {
    mkdirSync(join(dir, path), { recursive: true });
    chmodSync(join(dir, path), mode);
  },
  link: (path, target) => symlinkSync(target, join(dir, path)),
  remove: (path) => rmSync(join(dir, path), { recursive: true, force: true }),
});
