import picomatch from "picomatch";
import { encodeText } from "../../src/core/canonical.ts";
import { workspacesContract } from "../contracts/workspaces.contract.ts";
import type { Editor } from "../contracts/workspaces.contract.ts";
import { memoryBlobs } from "./blobs.ts";
import { memoryWorkspaces } from "./workspaces.ts";
import type { MemoryFiles } from "./workspaces.ts";

workspacesContract("memory", async () => {
  const blobs = memoryBlobs();
  const fits = picomatch("**/cache/**", { dot: true });
  const matches = (path: string): boolean => fits(path);
  let workspaces = memoryWorkspaces(blobs, matches);
  return {
    workspacesWith: (environment) => (workspaces = memoryWorkspaces(blobs, matches, environment)),
    blobs,
    edit: (name) => editor(workspaces.files(name)),
    remove: async () => undefined,
  };
});

const editor = (files: MemoryFiles): Editor => ({
  write: (path, text, mode = 0o644) => void files.set(path, { type: "file", mode, bytes: encodeText(text) }),
  mkdir: (path, mode = 0o755) => void files.set(path, { type: "dir", mode }),
  link: (path, target) => void files.set(path, { type: "symlink", target }),
  remove: (path) => {
    for (const other of files.keys()) if (other === path || other.startsWith(`${path}/`)) files.delete(other);
  },
});
