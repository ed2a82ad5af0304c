import { argOf } from "../arg.ts";
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
import type { Outcome } from "../finding.ts";
import { codeFindings } from "../code.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { hostsOf, namesHost } from "../host.ts";
import { given, has, valuesOf } from "../options.ts";
import { taskFindings } from "../task-code.ts";
import { recipes } from "../written-code.ts";
import { bySpec, pathsFindings, suspectPaths } from "../spec.ts";
import { plainTools, readers, taskRunners } from "./known.ts";

/** Tools that build, test, check and format: they run the project's own code. */
export const projectTools: Tools = {
  ...each(readers, (call) => reader(call)),
  ...each(plainTools, (call) => project(call, false)),
  ...each(taskRunners, (call) => project(call, true)),
  ...each(
    "mypy pyright pylint flake8 pyflakes pycodestyle pydocstyle bandit vulture tslint jshint shellcheck hadolint yamllint markdownlint markdownlint-cli2 cspell codespell typos ajv clang-tidy cppcheck golangci-lint staticcheck golint actionlint stylelint commitlint dprint oxlint xo standard ktlint detekt checkstyle swiftlint rubocop haml-lint erblint scss-lint vale write-good textlint proselint luacheck tflint ansible-lint cfn-lint sqlfluff gitleaks trufflehog semgrep snyk trivy grype syft license-checker",
    check,
  ),
  ...each("eslint biome", (call) => check(call)),
  ...each(
    "prettier black isort autopep8 yapf ruff gofmt goimports rustfmt clang-format oxfmt shfmt stylua buildifier ktfmt google-java-format swift-format terraform-fmt taplo",
    format,
  ),
  ...each("fzf sk fzy", (call) => [
    ...reader(call),
    ...valuesOf(given(call.args, { valued: "--preview --bind --query -q --height" }), "--preview").flatMap(
      (text) => hiddenCommand("a preview is a command", text),
    ),
  ]),
  rimraf: (call) => [
    destroys("rimraf removes directories"),
    ...pathsFindings(
      call.args.filter(({ shape }) => !shape.startsWith("-")),
      "remove-tree",
      call.cwd,
    ),
  ],
  ...each("del-cli shx", (call) => [writes("it changes files"), { runs: call.args }]),
  "cross-env": (call) => [
    ownCode("it runs a command"),
    {
      runs: call.args.slice(
        Math.max(
          0,
          call.args.findIndex(({ shape }) => !/^\w+=/.test(shape)),
        ),
      ),
    },
  ],
  ...each("serve http-server json-server live-server browser-sync", (call) => [
    { risk: "network", because: `${call.name} serves files`, hosts: [] },
  ]),
  ...each("gh-pages", () => [changesOutside("it publishes")]),
};

/** What reads and prints, unless an option says where it writes. */
function reader(call: Call): Outcome {
  const isWriting = call.args.some(({ shape }) =>
    /^(?:-o|-O|-i|-w|--out\w*|--in-?place|--write|--extract|-e|--preview|--bind|--exec|split|partition|extract)(?:=|$)/.test(
      shape,
    ),
  );
  return [
    isWriting ? ownCode(`${call.name} is told more than to read`) : reads(`${call.name} reads`),
    ...hosts(call),
    ...suspectPaths(call.args, call.cwd),
  ];
}

function project(call: Call, isTasks: boolean): Outcome {
  const isAsking = call.args.length === 1 && /^-{1,2}(?:v|V|version|help|h)$/.test(call.args[0]?.shape ?? "");
  if (isAsking) return [reads(`${call.name} says its version`)];
  if (call.name === "cmake" || call.name === "ctest")
    return [...cmake(call), ...outputs(call), ...suspectPaths(call.args, call.cwd)];
  const make = /^g?make$/.test(call.name) ? makeFindings(call) : [];
  const isCleaning =
    call.args.some(({ shape }) => /^(?:clean|distclean|mrproper|clobber|-t(?:=)?clean)$/.test(shape)) &&
    /^(?:g?make|ninja)$/.test(call.name);
  const isPublishing = call.args.some(({ shape }) =>
    /^(?:deploy|publish|release|push|upload|gh-deploy)$/.test(shape),
  );
  return [
    ownCode(`${call.name} runs the project's code`),
    ...make,
    ...(isCleaning ? [writes(`${call.name} clean removes what was built`)] : []),
    ...(isPublishing ? [changesOutside(`${call.name} is told to publish`)] : []),
    ...(isTasks ? taskFindings(call.args, call) : []),
    ...(isTasks ? installing(call) : []),
    ...outputs(call),
    ...hosts(call),
    ...plugins(call),
    ...(/^(?:ffmpeg|avconv|sox|mencoder)$/.test(call.name) &&
    call.args.some(({ shape }) => devices.test(shape))
      ? [trusted(`${call.name} records the person's desk`)]
      : []),
    // Labels of targets, like `//src:all`, are no paths.
    ...suspectPaths(
      call.args.filter(({ shape }) => !/^-?\/\//.test(shape)),
      call.cwd,
    ),
  ];
}

const hookInstallers =
  /^(?:pre-commit|lefthook|husky|overcommit|captainhook|simple-git-hooks|yorkie|pre-push|git-secrets)$/;

/** `install` of a tool that brings hooks, browsers, packages, or files of the machine. */
function installing(call: Call): Outcome {
  const [verb = "", ...rest] = call.args.map(({ shape }) => shape).filter((shape) => shape !== "run");
  if (hookInstallers.test(call.name))
    return /^(?:install|install-hooks|init|add|set|--install|init-templatedir|uninstall|)$/.test(verb)
      ? [trusted(`${call.name} ${verb} changes what git runs`)]
      : [];
  if (!call.args.slice(0, 4).some(({ shape }) => /^(?:install|uninstall|install-deps|add)$/.test(shape)))
    return [];
  if (!/^(?:g?make|bmake|ninja|meson|scons|waf|samu|dune)$/.test(call.name))
    return [reaches(`${call.name} installs something`)];
  const isInside = [verb, ...rest].some((word) =>
    /^(?:PREFIX|prefix|DESTDIR|--prefix|--destdir)=?[\w.$]/.test(word),
  );
  return isInside ? [] : [trusted(`${call.name} installs outside the workspace`)];
}

/** Variables given to make become shell text; `--eval` is a makefile of its own. */
function makeFindings(call: Call): Outcome {
  const found = given(call.args, { valued: "-C -f -j -I -o -W -l --eval --file --directory" });
  const set = found.operands.filter(
    ({ shape }) =>
      /^(?:SHELL|CC|CXX|MAKE|AR|LD|\.SHELLFLAGS|MAKEFLAGS)\s*[:?+]?=/.test(shape) &&
      !/=(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+|ar|ld)(?:-\d+)?$/.test(shape),
  );
  const text = found.operands.filter(({ shape }) => /=[\s\S]*(?:\$\(shell|`|[;|&])/.test(shape));
  const files = valuesOf(found, "-f --file --makefile");
  const isFed = files.some(({ shape }) => /^(?:-|\/dev\/stdin)$/.test(shape));
  const names = files.length > 0 ? files : ["Makefile", "makefile", "GNUmakefile"].map((name) => argOf(name));
  const texts = names.flatMap((file) => call.written(file) ?? []);
  return [
    ...(isFed && call.input.kind === "text" ? recipes(call.input.text) : []),
    ...(isFed && call.input.kind === "pipe" ? [unknownCode("the makefile comes out of a pipe")] : []),
    ...texts.flatMap(recipes),
    ...(has(found, "--eval -E") ? [unknownCode("make is given a makefile as text")] : []),
    ...[...set, ...text].map(() => unknownCode("make is told what to run")),
    ...pathsFindings(valuesOf(found, "-f --file"), "read", call.cwd),
  ];
}

function cmake(call: Call): Outcome {
  const at = call.args.findIndex(({ shape }) => shape === "-E");
  const own = ownCode(`${call.name} runs the project's code`);
  const isInstall =
    call.args.some(({ shape }) => /^--install$|^install$/.test(shape)) &&
    !call.args.some(({ shape }) => shape.startsWith("--prefix"));
  if (at === -1)
    return [
      own,
      ...(isInstall ? [trusted("cmake installs outside the workspace")] : []),
      ...call.args.flatMap((file) =>
        call.written(file) === null
          ? []
          : codeFindings(call.written(file) ?? file, call.cwd, "cmake", "file"),
      ),
    ];
  const [verb, ...rest] = call.args.slice(at + 1);
  const name = verb?.shape ?? "";
  const runs =
    cmakeTools[name] ?? (/^(?:rm|cat|touch|echo|tar|time|env|sleep|true|false)$/.test(name) ? name : null);
  return runs === null ? [own] : [own, { runs: [...runs.split(" ").map((word) => argOf(word)), ...rest] }];
}

/** What `cmake -E` calls by other names. */
const cmakeTools: Readonly<Record<string, string>> = {
  remove: "rm -f",
  remove_directory: "rm -r",
  rename: "mv",
  copy: "cp",
  copy_directory: "cp -r",
  make_directory: "mkdir -p",
  create_symlink: "ln -s",
};

const hosts = ({ args }: Call): Outcome =>
  args.some(namesHost) ? [reaches("it is given the name of a host", hostsOf(args.filter(namesHost)))] : [];

/** Inputs of ffmpeg and sox that are screens, cameras and microphones. */
const devices =
  /^(?:x11grab|avfoundation|gdigrab|dshow|v4l2|video4linux2|alsa|pulse|jack|kmsgrab|xcbgrab|coreaudio|-d)$/;

const outputs = (call: Call): Outcome => {
  const found = given(call.args, { valued: "-o --outDir --outfile --output --out-dir --out -O" });
  return pathsFindings(
    valuesOf(found, "-o --outDir --outfile --output --out-dir --out"),
    "write",
    call.cwd,
  ).filter(({ risk }) => risk !== "write");
};

const plugins = (call: Call): Outcome =>
  call.args.some(({ shape }) =>
    /^(?:-fplugin=|--wrapper|-wrapper|-B\/|--remote|--remote_executor|--bes_backend)/.test(shape),
  )
    ? [unknownCode("it is told to load or run something else")]
    : [];

function check(call: Call): Outcome {
  const isFixing = call.args.some(({ shape }) =>
    /^(?:--fix\w*|--write|-w|-A|-a|--auto-correct\w*|--unsafe|--init|--apply\w*|--in-place|-i|--autofix)(?:=|$)/.test(
      shape,
    ),
  );
  const isSending =
    /^(?:snyk|semgrep|codecov|trivy|grype|trufflehog)$/.test(call.name) &&
    !call.args.some(({ shape }) => /^(?:--version|--help|--offline\w*)$/.test(shape));
  return [
    ownCode(isFixing ? `${call.name} changes files` : `${call.name} loads the project's settings`),
    ...(isSending ? [{ risk: "network" as const, because: `${call.name} asks a service`, hosts: null }] : []),
    ...(call.args.some(({ shape }) =>
      /^--(?:rulesdir|resolve-plugins-relative-to|load-plugins|init-hook)/.test(shape),
    )
      ? [ownCode("it loads more code")]
      : []),
    ...(call.args.some(({ shape }) => shape.startsWith("--init-hook"))
      ? [unknownCode("it runs a text as code")]
      : []),
    ...suspectPaths(call.args, call.cwd),
  ];
}

function format(call: Call): Outcome {
  return bySpec({ risk: "write", because: `${call.name} formats files`, operands: "write" })({
    ...call,
    args: call.args.filter(({ shape }) => !/^(?:check|format|lint|rule|config)$/.test(shape)),
  }).map((item) =>
    "risk" in item &&
    item.risk === "privilege" &&
    call.args.some(({ shape }) => /^--(?:check|diff|list-different)$|^-[cdl]$/.test(shape))
      ? { ...item, risk: "write" as const }
      : item,
  );
}
