import { argOf, isTame } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call } from "../call.ts";
import {
  changesOutside,
  destroys,
  ownCode,
  reaches,
  reads,
  trusted,
  unknownCode,
  writes,
} from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { hostOf } from "../host.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { has, valuesOf, verbOf } from "../options.ts";
import type { Given } from "../options.ts";
import { patched } from "../patched.ts";
import { pathsFindings } from "../spec.ts";
import { config, remotes } from "./git-settings.ts";

type Act = Finding | ((found: Given, rest: readonly Arg[], call: Call) => Outcome);

const fill = (names: string, act: (name: string) => Act): Record<string, Act> =>
  Object.fromEntries(names.split(" ").map((name) => [name, act(name)]));

const remote =
  (because: string, isWriting = false): Act =>
  (found) => {
    const urls = found.operands.filter(({ shape }) => /:\/\/|^[\w.-]+@[\w.-]+:/.test(shape));
    const known = urls.map(hostOf);
    const hosts = urls.length > 0 && known.every((host) => host !== null) ? known : null;
    const byShell = urls.some(({ shape }) => /^(?:ssh|git\+ssh|git):\/\/|^[\w.-]+@[\w.-]+:/.test(shape));
    const finding = isWriting ? changesOutside(because, hosts) : reaches(because, hosts);
    return [
      byShell ? { ...finding, unreachable: "only HTTP through the proxy leaves the sandbox" } : finding,
    ];
  };

export const actsOf: Readonly<Record<string, Act>> = {
  ...fill(
    "log diff show blame status ls-files rev-parse grep shortlog describe rev-list cat-file ls-tree name-rev merge-base for-each-ref diff-tree diff-index diff-files show-ref show-branch count-objects check-ignore check-attr check-mailmap check-ref-format var version help whatchanged cherry range-diff verify-commit verify-tag verify-pack annotate get-tar-commit-id patch-id stripspace column diff-pairs hash-object mailinfo unpack-file merge-tree",
    (name) => (found) =>
      has(found, "-O") && name === "grep"
        ? pagerOf(found)
        : name === "hash-object" && has(found, "-w")
          ? [writes("it writes an object")]
          : [reads(`git ${name} reads`)],
  ),
  ...fill(
    "add stage mv init commit merge cherry-pick revert apply am notes switch pack-objects mktree write-tree commit-tree mktag multi-pack-index commit-graph sparse-checkout bundle rerere update-index pack-refs fmt-merge-msg merge-file merge-index interpret-trailers subtree format-patch mailsplit archive",
    (name) => written(name),
  ),
  ...fill(
    "clean filter-branch filter-repo gc prune prune-packed repack rebase replace read-tree update-ref fast-import absorb branchless undo",
    (name) => destroys(`git ${name} may throw away what was there`),
  ),
  rebase: (found) => [
    destroys("git rebase rewrites history"),
    ...valuesOf(found, "-x --exec").map((shell) => ({ shell })),
  ],
  clean: (found) =>
    has(found, "-n --dry-run") && !has(found, "-i")
      ? [reads("git clean -n only lists")]
      : [destroys("git clean removes files")],
  repack: (found) => [
    has(found, "-a -k --cruft --filter --keep-unreachable")
      ? destroys("git repack -a may throw away what was there")
      : writes("git repack packs what is there"),
  ],
  reset: (found) =>
    has(found, "--hard --merge --keep")
      ? [destroys("git reset throws changes away")]
      : [writes("git reset changes the index")],
  checkout,
  restore: (found) =>
    has(found, "-S --staged") && !has(found, "-W --worktree")
      ? [writes("git restore changes the index")]
      : [destroys("git restore throws changes away")],
  rm: (found, _rest, call) =>
    has(found, "-n --dry-run")
      ? [reads("git rm -n only lists")]
      : has(found, "--cached")
        ? [writes("git rm changes the index")]
        : [
            has(found, "-r -f") ? destroys("git rm removes files") : writes("git rm removes files"),
            ...pathsFindings(found.operands, has(found, "-r") ? "remove-tree" : "remove", call.cwd),
          ],
  stash: (found) => {
    const verb = verbOf(found);
    if (/^(?:list|show)$/.test(verb ?? "")) return [reads("git stash reads")];
    return /^(?:drop|clear)$/.test(verb ?? "")
      ? [destroys("git stash throws changes away")]
      : [writes("git stash moves changes")];
  },
  branch: (found) =>
    refs(
      found,
      "branch",
      "-d -D --delete -f --force -M -C",
      "-m -c --set-upstream-to -u --unset-upstream --edit-description --track -t --move --copy",
    ),
  tag: (found) => refs(found, "tag", "-d --delete -f --force", "-a -s -m -u -F"),
  reflog: (found) =>
    /^(?:expire|delete|drop)$/.test(verbOf(found) ?? "expire")
      ? [destroys("git reflog forgets history")]
      : [reads("git reflog reads")],
  "symbolic-ref": (found) =>
    has(found, "-d --delete")
      ? [destroys("it removes a ref")]
      : [found.operands.length > 1 ? writes("it moves a ref") : reads("it reads a ref")],
  "checkout-index": (found) => [
    has(found, "-f --force")
      ? destroys("git checkout-index throws changes away")
      : writes("git checkout-index writes files"),
  ],
  fsck: (found) => [
    has(found, "--lost-found") ? writes("git fsck --lost-found writes files") : reads("git fsck reads"),
  ],
  "fast-export": (found, _rest, call) => [
    valuesOf(found, "--export-marks").length > 0
      ? writes("it writes marks")
      : reads("git fast-export prints history"),
    ...pathsFindings(valuesOf(found, "--export-marks"), "write", call.cwd),
  ],
  ...fill("bugreport diagnose", (name) => writes(`git ${name} writes a report`)),
  ...fill("review", () => changesOutside("git review pushes a change")),
  worktree: (found) =>
    verbOf(found) === "list"
      ? [reads("git worktree lists")]
      : /^(?:remove|prune)$/.test(verbOf(found) ?? "")
        ? [destroys("git worktree removes")]
        : [
            writes("git worktree writes"),
            ...pathsFindings(found.operands.slice(1, 2), "write", "/workspace"),
          ],
  config,
  remote: remotes,
  submodule,
  bisect: (found, rest) =>
    verbOf(found) === "run"
      ? [
          writes("git bisect runs a command"),
          { runs: rest.slice(rest.findIndex(({ shape }) => shape === "run") + 1) },
        ]
      : /^(?:log|view|visualize)$/.test(verbOf(found) ?? "")
        ? [reads("git bisect reads")]
        : [writes("git bisect changes what is checked out")],
  lfs: (found, rest, call) => lfs(found, rest, call),
  ...fill("difftool mergetool", () => (found) => [
    ownCode("git starts a tool"),
    ...valuesOf(found, "-x --extcmd").flatMap((command) =>
      hiddenCommand("git starts a tool by its command", command),
    ),
  ]),
  clone: (found, rest, call) => [
    ...(isHere(found.operands[0])
      ? [writes("git clone copies a repository")]
      : apply(remote("git clone fetches a repository"), found, rest, call)),
    ...cloned(found),
    ...pathsFindings(found.operands.slice(1, 2), "write", call.cwd),
  ],
  ...fill("fetch pull ls-remote fetch-pack remote-https remote-http", (name) =>
    remote(`git ${name} reaches a remote`),
  ),
  ...fill("push send-email send-pack request-pull p4 svn cvsexportcommit imap-send http-push", (name) =>
    remote(`git ${name} changes a remote`, true),
  ),
  ...fill("daemon instaweb http-backend upload-pack receive-pack upload-archive cvsserver shell", (name) =>
    changesOutside(`git ${name} serves the repository`),
  ),
  ...fill("credential credential-store credential-cache askpass", () =>
    trusted("git credential tells secrets"),
  ),
  ...fill("for-each-repo maintenance hook remote-ext remote-fd", (name) =>
    unknownCode(`git ${name} may run anything`),
  ),
};

/** A repository below the workspace, by its path. */
const isHere = (source: Arg | undefined): boolean =>
  source !== undefined && isTame(source) && /^\.(?:$|\/)/.test(source.shape);

const pagerOf = (found: Given): Outcome => {
  const [pager] = valuesOf(found, "-O");
  return pager === undefined
    ? [ownCode("git grep -O runs a pager")]
    : hiddenCommand("git grep -O runs a pager", pager);
};

const apply = (act: Act, found: Given, rest: readonly Arg[], call: Call): Outcome =>
  typeof act === "function" ? act(found, rest, call) : [act];

function cloned(found: Given): Finding[] {
  return has(found, "-c --config -u --upload-pack --template --recurse-submodules --recursive")
    ? [
        has(found, "-c --config -u --upload-pack --template")
          ? unknownCode("git clone is told what to run")
          : reaches("submodules are fetched too"),
      ]
    : [];
}

function written(name: string): Act {
  return (found, _rest, call) => {
    if (name === "commit")
      return [
        has(found, "--amend")
          ? destroys("git commit --amend rewrites history")
          : ownCode("git commit writes, and runs the project's hooks"),
      ];
    if (name === "archive" && has(found, "--remote")) return [reaches("git archive asks a remote")];
    if (name === "switch" && has(found, "-f --force --discard-changes -C --force-create"))
      return [destroys("git switch throws changes away")];
    if (/^(?:merge|cherry-pick|revert|am)$/.test(name) && has(found, "--abort --quit --skip"))
      return [destroys(`git ${name} --abort throws changes away`)];
    if (name === "apply" && has(found, "--check --stat --numstat --summary") && !has(found, "--apply"))
      return [reads("git apply --check reads")];
    if (name === "bundle" && /^(?:verify|list-heads)$/.test(verbOf(found) ?? ""))
      return [reads("git bundle reads")];
    if (name === "notes" && /^(?:list|show|)$/.test(verbOf(found) ?? "")) return [reads("git notes reads")];
    if (name === "subtree" && /^(?:pull|push|add)$/.test(verbOf(found) ?? "push"))
      return [changesOutside("git subtree reaches a remote")];
    if (name === "interpret-trailers" && !has(found, "--in-place")) return [reads("it reads")];
    return [
      writes(`git ${name} writes`),
      ...pathsFindings(valuesOf(found, "-o --output-directory"), "write", call.cwd),
      ...moved(name, found, call),
      ...(/^(?:apply|am)$/.test(name) ? patched(call) : []),
    ];
  };
}

const moved = (name: string, found: Given, call: Call): Finding[] =>
  name === "mv" || name === "init"
    ? pathsFindings(found.operands, "write", call.cwd).filter(({ risk }) => risk !== "write")
    : [];

/** With paths it throws changes away; with a branch it moves there. */
function checkout(found: Given, rest: readonly Arg[]): Outcome {
  const hasPaths =
    rest.some(({ shape }) => shape === "--") ||
    found.operands.length > 1 ||
    has(found, "-f --force -p --patch --ours --theirs --pathspec-from-file -B");
  const [first] = found.operands;
  const isPath =
    first !== undefined && /^\.|\/$|^:|\*|\.[a-z]{1,4}$/i.test(first.shape) && !has(found, "-b --orphan");
  return (hasPaths && !(has(found, "-b --orphan") && !has(found, "-f --force"))) || isPath
    ? [destroys("git checkout throws changes away")]
    : [writes("git checkout changes what is checked out")];
}

const tagLists = "-l --list --contains --merged --no-merged --no-contains --points-at -n --sort --column";
const branchLists =
  "-l --list -a --all -r --remotes -v -vv --show-current --contains --merged --no-merged --no-contains --points-at --sort --column";

function refs(found: Given, name: string, destroying: string, writing: string): Outcome {
  if (has(found, destroying)) return [destroys(`git ${name} removes or moves what is there`)];
  if (has(found, name === "tag" ? tagLists : branchLists)) return [reads(`git ${name} lists`)];
  const isWriting = found.operands.length > 0 || has(found, writing);
  return [isWriting ? writes(`git ${name} makes one`) : reads(`git ${name} lists`)];
}

function submodule(found: Given, rest: readonly Arg[]): Outcome {
  const verb = verbOf(found) ?? "";
  if (/^(?:|status|summary)$/.test(verb)) return [reads("git submodule reads")];
  if (verb === "foreach") {
    const words = rest
      .slice(rest.findIndex(({ shape }) => shape === "foreach") + 1)
      .filter(({ shape }) => !/^--(?:recursive|quiet)$/.test(shape));
    return [
      writes("git submodule runs a command"),
      { shell: argOf(words.map(({ shape }) => shape).join(" ")) },
    ];
  }
  return [
    verb === "deinit" ? destroys("git submodule deinit removes files") : reaches("git submodule fetches"),
  ];
}

function lfs(found: Given, rest: readonly Arg[], call: Call): Outcome {
  const verb = verbOf(found) ?? "";
  if (/^(?:ls-files|status|env|version|logs|)$/.test(verb)) return [reads("git lfs reads")];
  if (verb === "prune" || verb === "migrate") return [destroys(`git lfs ${verb} throws away what was there`)];
  if (/^(?:push|lock|unlock)$/.test(verb)) return [changesOutside("git lfs changes a server")];
  if (/^(?:fetch|pull|clone|locks)$/.test(verb)) return apply(remote("git lfs fetches"), found, rest, call);
  return /^(?:install|uninstall|update)$/.test(verb)
    ? [trusted("git lfs changes what git runs")]
    : [writes("git lfs writes")];
}
