import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { git, tempDir } from "./ground.ts";

const hooks = [
  "reference-transaction",
  "post-commit",
  "pre-commit",
  "post-index-change",
  "post-checkout",
  "update",
  "pre-auto-gc",
];

/**
 * Makes a repository hostile: each trap writes its name when git starts it. `gitDir` is that of a submodule.
 * @returns which have been sprung since.
 */
export function setTraps(repo: string, gitDir = join(repo, ".git")): () => string[] {
  const place = tempDir();
  const log = join(place, "sprung");
  const trap = (name: string): string => {
    const script = join(place, name);
    writeFileSync(script, `#!/bin/sh\necho ${name} >> ${log}\n${name.startsWith("filter") ? "cat" : ""}\n`);
    chmodSync(script, 0o755);
    return script;
  };
  mkdirSync(join(gitDir, "info"), { recursive: true });
  for (const hook of hooks) {
    writeFileSync(join(gitDir, "hooks", hook), `#!/bin/sh\nexec ${trap(`hook-${hook}`)}\n`);
    chmodSync(join(gitDir, "hooks", hook), 0o755);
  }
  const included = join(place, "included");
  writeFileSync(
    included,
    [
      `[core]\n\tfsmonitor = ${trap("fsmonitor")}\n\tpager = ${trap("pager")}\n\teditor = ${trap("editor")}`,
      `\taskPass = ${trap("askpass")}\n\tsshCommand = ${trap("ssh")}\n\tgitProxy = ${trap("proxy")}\n\talternateRefsCommand = ${trap("alternates")}`,
      `[filter "trap"]\n\tclean = ${trap("filter-clean")}\n\tsmudge = ${trap("filter-smudge")}\n\trequired = true`,
      `[filter "process"]\n\tprocess = ${trap("process")}`,
      `[diff "trap"]\n\ttextconv = ${trap("textconv")}\n\tcommand = ${trap("diff")}`,
      `[diff]\n\texternal = ${trap("external-diff")}`,
      `[merge "trap"]\n\tdriver = ${trap("merge")}`,
      `[gpg]\n\tprogram = ${trap("gpg")}\n[commit]\n\tgpgSign = true\n[credential]\n\thelper = ${trap("credential")}`,
      `[hook "trap"]\n\tevent = reference-transaction\n\tcommand = ${trap("config-hook")}`,
      "",
    ].join("\n"),
  );
  git(repo, "config", "include.path", included);
  const attributes = "*.trap filter=trap diff=trap merge=trap\n*.process filter=process\n";
  appendFileSync(join(gitDir, "info/attributes"), attributes);
  writeFileSync(join(repo, ".gitattributes"), attributes);
  // Git must look into a file whose time differs from the one in its index.
  if (existsSync(join(repo, "f.trap"))) utimesSync(join(repo, "f.trap"), 1, 1);
  return () => (existsSync(log) ? [...new Set(readFileSync(log, "utf8").trim().split("\n"))].toSorted() : []);
}
