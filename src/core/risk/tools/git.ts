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
import { given, valuesOf } from "../options.ts";
import type { Given } from "../options.ts";
import { isSecretPath } from "../named-paths.ts";
import { pathsFindings } from "../spec.ts";
import { actsOf, valuedOf } from "./git-verbs.ts";

export const gitTools: Tools = {
  ...each("git git.exe", git),
  ...each("git-lfs", (call) => git({ ...call, args: [argOf("lfs"), ...call.args] })),
  ...each("gitk tig lazygit gitui", () => [ownCode("it shows the repository and may change it")]),
  ...each("hg svn bzr fossil cvs jj", otherVersions),
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

function globalFindings(found: Given): Finding[] {
  const set = valuesOf(found, "-c").filter(({ shape }) => !isHarmlessSetting(shape));
  const isElsewhere = found.options.some(
    ({ name, value }) =>
      /^--(?:git-dir|work-tree|config-env|namespace)$/.test(name) ||
      (name === "--exec-path" && value !== null),
  );
  return [
    ...set.map(() => trusted("git -c sets what may name a program")),
    ...(isElsewhere ? [trusted("git is told to trust another place")] : []),
  ];
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
      ? [writes("git writes a file"), ...pathsFindings(output, "write", "/workspace")]
      : []),
    ...running.map(({ name }) => unknownCode(`git ${name} may run a program`)),
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
  if (/^(?:push|serve|email)$|^git$/.test(verb))
    return [changesOutside(`${call.name} ${verb} changes a server`)];
  if (/^(?:pull|clone|checkout|co|incoming|in|update|up|export|fetch|switch|externals)$/.test(verb))
    return [reaches(`${call.name} ${verb} may fetch`)];
  if (
    /^(?:add|addremove|rename|mv|commit|ci|new|describe|desc|init|branch|bookmark|tag|edit|resolve)$/.test(
      verb,
    )
  )
    return [writes(`${call.name} ${verb} writes`)];
  return [destroys(`${call.name} ${verb} may throw work away`)];
}
