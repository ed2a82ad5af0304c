import { textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { changesOutside, destroys, needsRights, ownCode, reaches, reads, trusted } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { hostsOf } from "../host.ts";
import { given, has, valuesOf } from "../options.ts";
import { isSending } from "../sending.ts";
import { suspectPaths } from "../spec.ts";
import { otherPackagers } from "./other-registries.ts";
import { npm, packagers, pypi } from "./registries.ts";
import type { Verbs } from "./registries.ts";
import { odd } from "./package-verbs.ts";

export const packageTools: Tools = {
  ...Object.fromEntries(
    Object.entries({ ...packagers, ...otherPackagers }).map(([name, verbs]): [string, Judge] => [
      name,
      (call) => packager(call, verbs),
    ]),
  ),
  ...each("npx bunx pnpx", npx),
  ...each("uvx", (call) => [
    reaches("uvx fetches and runs a package", pypi),
    ...suspectPaths(call.args, call.cwd),
  ]),
  ...each(
    "easy_install cpan cpanm luarocks opam cabal stack raco nimble vcpkg conan bower jspm tlmgr pear pecl spago rebar3 hex pod carthage swiftpm",
    (call) => [reaches(`${call.name} fetches packages`)],
  ),
  ...each("twine flit", (call) => [
    changesOutside(`${call.name} publishes a package`, ["upload.pypi.org:443"]),
  ]),
  ...each(
    "semantic-release release-it goreleaser np lerna changeset standard-version nx-release bumpp",
    release,
  ),
  ...each("dpkg rpm", (call) =>
    call.args.some(({ shape }) =>
      /^(?:-l|-L|-s|-S|-q\w*|--list|--status|--search|--listfiles|--get-selections|--print-architecture|--version|-c|-I|--query)$/.test(
        shape,
      ),
    )
      ? [reads(`${call.name} lists`)]
      : [needsRights(`${call.name} changes the machine`)],
  ),
  ...each("apt-cache dpkg-query apt-file", () => [reads("it lists packages")]),
};

function release(call: Call): Outcome {
  const isReading = call.args.some(({ shape }) =>
    /^(?:ls|list|ll|status|--dry-run|-n|changed|run|version-check|check)$/.test(shape),
  );
  return isReading
    ? [ownCode(`${call.name} runs the project's code`)]
    : [changesOutside(`${call.name} publishes`)];
}

function packager(call: Call, verbs: Verbs): Outcome {
  const found = given(call.args, {
    valued: `${verbs.valued ?? ""} --registry --index-url --extra-index-url -i`,
    isStrict: false,
  });
  const verb = found.operands[0] === undefined ? "" : textOf(found.operands[0]);
  if (verb === null)
    return [
      {
        risk: "network",
        because: `what ${call.name} does is not known before it runs`,
        isOpaque: true,
        hosts: null,
      },
    ];
  const rest = call.args.slice(call.args.findIndex(({ shape }) => shape === verb) + 1);
  return [...verbOutcome(call, verb, rest, verbs), ...settings(call), ...suspectPaths(call.args, call.cwd)];
}

function verbOutcome(call: Call, verb: string, rest: readonly Arg[], verbs: Verbs): Outcome {
  if (call.name === "npm" && (verb === "exec" || verb === "x"))
    return npx({ ...call, name: "npx", args: rest });
  const special = odd(call.name, verb, rest);
  if (special !== null) return special;
  const is = (names: string | undefined): boolean => (names ?? "").split(" ").includes(verb);
  const title = `${call.name} ${verb}`.trim();
  if (verb === "") return alone(call, verbs);
  if (is(verbs.reading)) return [reads(`${title} reads`)];
  if (is(verbs.running)) return [ownCode(`${title} runs a command`), { runs: dropped(rest) }];
  if (is(verbs.publishing))
    return [changesOutside(`${title} changes what others get`, hostsFor(call, verbs))];
  if (is(verbs.trusting)) return [trusted(`${title} changes credentials or settings`)];
  if (is(verbs.destroying)) return [destroys(`${title} removes what was there`)];
  if (is(verbs.fetching)) return fetched(call, title, verbs);
  if (verbs.machine !== undefined) return [needsRights(`${title} changes the machine`)];
  const script = /^(?:run|run-script|rum|urn|task|exec)$/.test(verb) ? (dropped(rest)[0]?.shape ?? "") : verb;
  if ((is(verbs.own) || verbs.isOpen === true) && isSending(script))
    return [changesOutside(`${title} runs a script that publishes`)];
  if (is(verbs.own) || verbs.isOpen === true) return [ownCode(`${title} runs the project's code`)];
  return [{ risk: "network", because: `${title} is not known`, isOpaque: true, hosts: null }];
}

const dropped = (words: readonly Arg[]): readonly Arg[] => {
  const at = words.findIndex(({ shape }) => !shape.startsWith("-"));
  return at === -1 ? [] : words.slice(at);
};

function alone(call: Call, verbs: Verbs): Outcome {
  if (
    call.args.some(({ shape }) => /^-{1,2}(?:v|V|version|help|h|info)$/.test(shape)) ||
    verbs.alone === "reading"
  )
    return [reads(`${call.name} says what it is`)];
  return verbs.alone === "own"
    ? [ownCode(`${call.name} runs the project's code`)]
    : fetched(call, call.name, verbs);
}

function fetched(call: Call, title: string, verbs: Verbs): Outcome {
  const isGlobal =
    call.args.some(({ shape }) =>
      /^(?:-g|--global|--user|--system|--break-system-packages|--root|--prefix=\/.*)$/.test(shape),
    ) || title === "yarn global";
  return [
    {
      ...reaches(`${title} fetches packages and runs what they bring`, hostsFor(call, verbs)),
      isOpaque: true,
    },
    ...(isGlobal ? [trusted(`${title} installs outside the workspace`)] : []),
  ];
}

function hostsFor(call: Call, { hosts }: Verbs): readonly string[] | null {
  const found = given(call.args, {
    valued: "--registry --index-url --extra-index-url -i -r --find-links -f --source",
  });
  const named = valuesOf(found, "--registry --index-url --extra-index-url -i --find-links -f --source");
  const direct = found.operands.filter(({ shape }) =>
    /:\/\/|^git[@+]|^github:|^[\w.-]+\/[\w.-]+$|@.*:/.test(shape),
  );
  if (named.length + direct.length > 0) return direct.length > 0 ? null : hostsOf(named);
  return hosts.length === 0 ? null : hosts;
}

/** Settings given for one call that name programs to run. */
function settings(call: Call): Finding[] {
  const isOdd = call.args.some(({ shape }) =>
    /^--(?:script-shell|node-gyp|git|shell|editor|viewer|browser|userconfig|globalconfig|prefix|init-module|node-options|ignore-scripts=false|config)(?:=|$)/.test(
      shape,
    ),
  );
  return isOdd &&
    /^(?:npm|npx|pnpm|yarn|bun)$/.test(call.name) &&
    !call.args.some(({ shape }) => /^--prefix(?:=[\w.]|$)/.test(shape))
    ? [trusted("it is told another program or settings to use")]
    : [];
}

/** Tools of the project itself, which `npx` finds without the network where they are installed. */
const local =
  /^(?:tsc|tsx|ts-node|eslint|prettier|jest|vitest|mocha|ava|tap|c8|nyc|webpack|vite|rollup|esbuild|tsup|next|nuxt|astro|playwright|cypress|biome|oxlint|oxfmt|knip|rimraf|cross-env|concurrently|nodemon|swc|babel|stylelint|markdownlint|markdownlint-cli2|typedoc|turbo|nx|prisma|drizzle-kit|tailwindcss|postcss|svelte-check|vue-tsc|ng|react-scripts|husky|lint-staged|commitlint|depcheck|madge|size-limit|dprint|xo|standard|jsdoc|api-extractor|storybook|wdio|karma|jasmine|grunt|gulp|cspell|publint|attw|remark|json-server|http-server|serve)$/;

function npx(call: Call): Outcome {
  const found = given(call.args, { valued: "-p --package -c --call -w --workspace", isStrict: true });
  const calls = valuesOf(found, "-c --call");
  const at = found.operands[0];
  const name = at === undefined ? "" : textOf(at);
  const fetches = { ...reaches("npx fetches and runs a package", npm), isOpaque: true };
  const isFetching = has(found, "-y --yes -p --package") || call.name === "pnpx" || call.name === "bunx";
  if (calls.length > 0)
    return [
      ownCode("npx runs a command"),
      ...calls.map((shell) => ({ shell })),
      ...(isFetching ? [fetches] : []),
    ];
  if (name === "")
    return [
      has(found, "--version -v --help -h") ? reads("npx says its version") : ownCode("npx starts a shell"),
    ];
  if (name === null || isFetching || !local.test(name))
    return [fetches, ...(name === null ? [] : [{ runs: found.operands }])];
  return [ownCode(`npx runs ${name}`), { runs: found.operands }];
}
