import { argOf, holdsUnknown, textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
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
import { hiddenCommand } from "../hidden-command.ts";
import { given, valuesOf } from "../options.ts";
import type { Given } from "../options.ts";
import { reportTo } from "../kept.ts";
import { isSecretPath } from "../named-paths.ts";
import { pathsFindings } from "../spec.ts";
import { valuedOf } from "./git-options.ts";
import { actsOf } from "./git-verbs.ts";

export const gitTools: Tools = {
  ...each("git git.exe", git),
  ...each("git-lfs", (call) => git({ ...call, args: [argOf("lfs"), ...call.args] })),
  ...each("gitk tig lazygit gitui", () => [ownCode("it shows the repository and may change it")]),
  ...each("hg svn bzr brz breezy fossil cvs jj sl darcs pijul p4 got git-town", otherVersions),
  ...each(
    "svnadmin svnsync svnmucc svnserve arc spr ghstack gt git-review gerrit rb rbt post-review",
    (call) => [changesOutside(`${call.name} changes a server`)],
  ),
  ...each("bfg git-filter-repo git-filter-branch reposurgeon", (call) => [
    destroys(`${call.name} rewrites history`),
  ]),
};

const global = {
  valued: "-c -C --git-dir --work-tree --namespace --super-prefix --config-env --exec-path",
  isStrict: true,
};

function git(call: Call): Outcome {
  const before = given(call.args, global);
  const [verb, ...rest] = before.operands;
  const cwd = valuesOf(before, "-C")[0];
  const place = cwd === undefined ? call.cwd : null;
  const options = [
    ...globalFindings(before),
    ...(cwd === undefined ? [] : pathsFindings([cwd], "list", call.cwd)),
  ];
  if (verb === undefined) return [...options, reads("git says how it is used")];
  const name = textOf(verb);
  if (name === null) return [...options, unknownCode("which git command runs is not known before")];
  return [...options, ...verbFindings(name, rest, { ...call, cwd: place ?? call.cwd })];
}

/** Settings given for one call; most of them may name programs. */
const harmlessKey =
  /^(?:color\.|column\.|advice\.|user\.(?:name|email)$|core\.(?:quotepath|abbrev|autocrlf|eol|safecrlf|ignorecase|filemode|precomposeunicode)$|diff\.(?:renames|renamelimit|context|algorithm|mnemonicprefix|noprefix|wserrorhighlight|colormoved)$|log\.|init\.defaultbranch$|commit\.gpgsign$|tag\.gpgsign$|push\.default$|pull\.(?:rebase|ff)$|merge\.(?:conflictstyle|ff|renamelimit)$|rerere\.|status\.|branch\.(?:sort|autosetup)|tag\.sort$|fetch\.prune$|rebase\.(?:autostash|autosquash)$|gc\.auto$|i18n\.|safe\.directory$|help\.autocorrect$)/i;

function globalFindings(found: Given): Outcome {
  const set = valuesOf(found, "-c").filter(({ shape }) => !isHarmlessSetting(shape));
  const isElsewhere = found.options.some(
    ({ name, value }) =>
      /^--(?:git-dir|work-tree|config-env|namespace)$/.test(name) ||
      (name === "--exec-path" && value !== null),
  );
  return [
    ...set.flatMap(settingOutcome),
    ...(isElsewhere ? [trusted("git is told to trust another place")] : []),
  ];
}

/** Settings whose value is a command that git runs. */
const commandKey =
  /^(?:core\.(?:pager|editor|fsmonitor|askpass)|sequence\.editor|pager\.\w+|diff\.external|diff\.[\w-]+\.(?:command|textconv)|interactive\.difffilter|(?:difftool|mergetool)\.[\w-]+\.cmd|gpg\.program|filter\.[\w-]+\.(?:clean|smudge|process)|alias\.[\w-]+)$/i;

function settingOutcome(setting: Arg): Outcome {
  const at = setting.shape.indexOf("=");
  const key = at === -1 ? setting.shape : setting.shape.slice(0, at);
  const value = { ...setting, shape: at === -1 ? "" : setting.shape.slice(at + 1) };
  if (!commandKey.test(key) || value.shape === "") return [trusted("git -c sets what may name a program")];
  if (!/^alias\./i.test(key))
    return hiddenCommand(`git -c ${key} names a program`, value, /pager/i.test(key) ? "input" : "name");
  return value.shape.startsWith("!")
    ? hiddenCommand("the alias is a command", { ...value, shape: value.shape.slice(1) })
    : [ownCode("an alias for one call"), { shell: { ...value, shape: `git ${value.shape}` } }];
}

const isHarmlessSetting = (setting: string): boolean =>
  harmlessKey.test(setting.split("=")[0] ?? "") ||
  /^(?:core\.pager|pager\.\w+|core\.editor|sequence\.editor)=(?:cat|less|true|false|:|more)?$/i.test(setting);

function verbFindings(name: string, rest: readonly Arg[], call: Call): Outcome {
  const found = given(rest, {
    valued: valuedOf(name),
    telling:
      "--output --ext-diff --textconv --open-files-in-pager --upload-pack --receive-pack --exec --config --template",
  });
  const act = actsOf[name];
  if (
    act === undefined &&
    call.args.some(({ shape }) => shape.toLowerCase().startsWith(`alias.${name.toLowerCase()}=`))
  )
    return [];
  if (act === undefined)
    return [
      { risk: "network", because: `git ${name} may be an alias for anything`, isOpaque: true, hosts: null },
    ];
  const named = typeof act === "function" ? act(found, rest, call) : [act];
  return [...named, ...always(found, rest), ...operandFindings(name, found, call)];
}

/** Options that mean the same to every command of git. */
function always(found: Given, rest: readonly Arg[]): Outcome {
  const output = valuesOf(found, "--output");
  const running = found.options.filter(({ name }) =>
    /^--(?:upload-pack|receive-pack|exec|open-files-in-pager|ext-diff|extcmd|template|config|hook)$/.test(
      name,
    ),
  );
  const odd = rest.filter(({ shape }) => /^(?:ext|fd|file-exec)::/.test(shape));
  return [
    ...(output.length > 0
      ? [writes("git writes a file"), ...output.flatMap((path) => reportTo(path, "/workspace"))]
      : []),
    ...running.flatMap(({ name, value }) =>
      value !== null && /^--(?:open-files-in-pager|extcmd|upload-pack|receive-pack)$/.test(name)
        ? hiddenCommand(`git ${name} runs a program`, value)
        : [unknownCode(`git ${name} may run a program`)],
    ),
    ...odd.map(() => unknownCode("the remote is a program")),
  ];
}

/** Operands that are files outside, or secrets in the history. */
function operandFindings(name: string, { operands }: Given, { cwd }: Call): Finding[] {
  if (/^(?:commit|config|tag|clone|fetch|push|pull|remote|ls-remote|branch)$/.test(name)) return [];
  const outside = operands.filter(({ shape }) => /^[/~\uE002]|^\.\.\//.test(shape));
  const inHistory = operands.filter(
    (arg) => !holdsUnknown(arg) && isSecretPath(arg.shape.replace(/^[^:]*:/, ""), false),
  );
  const isShowing = /^(?:show|cat-file|diff|log|blame|grep|archive)$/.test(name) && inHistory.length > 0;
  return [
    ...pathsFindings(outside, "read", cwd),
    ...(isShowing ? [trusted("it reads what may hold secrets")] : []),
  ];
}

function otherVersions(call: Call): Outcome {
  const verb = call.args.find(({ shape }) => !shape.startsWith("-"))?.shape ?? "";
  const isOdd = call.args.some(({ shape }) =>
    /^--config|^--ssh|^--remotecmd|^--diff-cmd|^--editor-cmd/.test(shape),
  );
  if (isOdd) return [unknownCode("it is told to run a program")];
  if (/^(?:svn|p4|cvs)$/.test(call.name)) {
    const served = withServer(call.name, verb);
    if (served !== null) return served;
  }
  if (
    /^(?:status|st|log|diff|info|cat|ls|list|blame|annotate|show|help|root|summary|identify|heads|branches|tags|parents|tip|op|files|evolog|version)$/.test(
      verb,
    )
  )
    return [reads(`${call.name} ${verb} reads`)];
  if (
    /^(?:push|outgoing|serve|email|dcommit|commit|ci|import|mkdir|copy|delete)$/.test(verb) &&
    !/^(?:hg|jj)$/.test(call.name)
  )
    return [changesOutside(`${call.name} ${verb} changes a server`)];
  if (/^(?:push|serve|email|send|put|sync|submit|pr|ship|propose)$|^git$/.test(verb))
    return [changesOutside(`${call.name} ${verb} changes a server`)];
  if (
    /^(?:branch|get|missing|merge|fetch)$/.test(verb) &&
    call.args.some(({ shape }) => /^[a-z]+:/.test(shape))
  )
    return [reaches(`${call.name} ${verb} fetches`)];
  if (
    /^(?:update|up|checkout|co|goto|revert)$/.test(verb) &&
    call.args.some(({ shape }) => /^(?:-C|--clean|-f|--force)$/.test(shape))
  )
    return [destroys(`${call.name} ${verb} throws changes away`)];
  if (
    /^(?:pull|get|missing|clone|checkout|co|incoming|in|update|up|export|fetch|switch|externals)$/.test(verb)
  )
    return [reaches(`${call.name} ${verb} may fetch`)];
  if (
    /^(?:add|addremove|rename|mv|commit|ci|new|describe|desc|init|branch|bookmark|tag|edit|resolve)$/.test(
      verb,
    )
  )
    return [writes(`${call.name} ${verb} writes`)];
  return [destroys(`${call.name} ${verb} may throw work away`)];
}

/** Those whose history is on a server alone. */
function withServer(name: string, verb: string): Outcome | null {
  if (
    !/^(?:status|st|stat|diff|di|info|help|add|resolve|resolved|cleanup|propset|revert|proplist|pl|pg|propget)$/.test(
      verb,
    ) &&
    verb !== ""
  )
    return [
      /^(?:log|ls|list|cat|blame|annotate|checkout|co|update|up|export|switch|sw|relocate|changes|files|describe|sync|print|filelog|where|clients)$/.test(
        verb,
      )
        ? reaches(`${name} ${verb} asks a server`)
        : changesOutside(`${name} ${verb} changes a server`),
    ];
  return null;
}
