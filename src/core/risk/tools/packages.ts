import { argOf, textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { codeFindings } from "../code.ts";
import { changesOutside, destroys, needsRights, ownCode, reaches, reads, trusted } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { hostsOf } from "../host.ts";
import { given, has, valuesOf } from "../options.ts";
import { isSending } from "../sending.ts";
import { suspectPaths } from "../spec.ts";
import { taskVerbs } from "../task-verbs.ts";
import { otherPackagers } from "./other-registries.ts";
import { npm, packagers, pypi } from "./registries.ts";
import type { Verbs } from "./registries.ts";
import { plainTools, taskRunners } from "./known.ts";
import { isOffline } from "./offline.ts";
import { odd } from "./package-verbs.ts";

export const packageTools: Tools = {
  ...Object.fromEntries(
    Object.entries({ ...packagers, ...otherPackagers }).map(([name, verbs]): [string, Judge] => [
      name,
      (call) => packager(call, verbs),
    ]),
  ),
  ...each("bun", bun),
  ...each("npx bunx pnpx", npx),
  ...each("uvx", (call) => [
    { ...reaches("uvx fetches and runs a package", pypi), isOpaque: true },
    { runs: ran(call.args), isOwn: true },
    ...suspectPaths(call.args, call.cwd),
  ]),
  ...each("twine flit", (call) => [
    changesOutside(`${call.name} publishes a package`, ["upload.pypi.org:443"]),
  ]),
  ...each(
    "semantic-release release-it goreleaser np lerna changeset standard-version nx-release bumpp",
    release,
  ),
  swift: (call) => swift(call),
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

function swift(call: Call): Outcome {
  const words = call.args.filter(({ shape }) => !shape.startsWith("-")).map(({ shape }) => shape);
  const [verb = "", noun = ""] = words;
  if (verb === "package" && /^(?:resolve|update|add-dependency|compute-checksum|install)$/.test(noun))
    return [reaches("swift package fetches packages")];
  if (verb === "package" && /^(?:reset|purge-cache|clean)$/.test(noun))
    return [destroys("swift package removes what was built")];
  if (/^(?:sdk|package-registry)$/.test(verb))
    return [changesOutside(`swift ${verb} changes settings or a registry`)];
  if (call.args.length === 0 || call.args.some(({ shape }) => /^--?version$/.test(shape)))
    return [reads("swift says its version")];
  const codes = valuesOf(given(call.args, { valued: "-e", isStrict: true }), "-e");
  return [
    ownCode("swift builds or runs the project's code"),
    ...codes.flatMap((code) => codeFindings(code, call.cwd, "swift")),
    ...suspectPaths(call.args, call.cwd),
  ];
}

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
  const special = odd(
    call.name,
    verb,
    verb === ""
      ? call.args
      : rest.length < call.args.length - 1
        ? call.args.filter(({ shape }) => shape !== verb)
        : rest,
  );
  if (special !== null) return special;
  const is = (names: string | undefined): boolean => (names ?? "").split(" ").includes(verb);
  const title = `${call.name} ${verb}`.trim();
  if (verb === "") return alone(call, verbs);
  if (is(verbs.reading))
    return [
      evaluating.test(call.name) ? ownCode(`${title} evaluates the project's code`) : reads(`${title} reads`),
    ];
  if (is(verbs.running))
    return [ownCode(`${title} runs a command`), ...extras(call), { runs: ran(rest), isOwn: true }];
  if (is(verbs.publishing))
    return [changesOutside(`${title} changes what others get`, hostsFor(call, verbs))];
  if (is(verbs.trusting)) return [trusted(`${title} changes credentials or settings`)];
  if (is(verbs.destroying)) return [destroys(`${title} removes what was there`)];
  if (is(verbs.fetching)) return fetched(call, title, verbs);
  if (verbs.machine !== undefined) return [needsRights(`${title} changes the machine`)];
  const script = /^(?:run|run-script|rum|urn|task|exec)$/.test(verb) ? (dropped(rest)[0]?.shape ?? "") : verb;
  const isScript = is(verbs.own) || verbs.isOpen === true;
  if (isScript && isSending(script)) return [changesOutside(`${title} runs a script that publishes`)];
  if (isScript) return [ownCode(`${title} runs the project's code`), ...ownWords(call, verb, rest, script)];
  return [{ risk: "network", because: `${title} is not known`, isOpaque: true, hosts: null }];
}

/** Managers whose project files are programs, which run whatever is asked. */
const evaluating = /^(?:bundler?|gradlew?|mvnw?|dotnet|mix|sbt)$/;

/** What the words of a script or a task say it does. */
function ownWords(call: Call, verb: string, rest: readonly Arg[], script: string): Outcome {
  if (/^(?:yarn|pnpm|bun|composer)$/.test(call.name) && verb === script && isProgramName(verb))
    return [{ runs: [argOf(verb), ...rest], isOwn: true }];
  const isTasks = /^(?:npm|yarn|pnpm|bun|composer|gradle|gradlew|mvn|mvnw|mix|poetry|pdm|hatch|rye)$/.test(
    call.name,
  );
  return [
    ...(isTasks ? taskVerbs([argOf(script), ...rest.filter(({ shape }) => shape !== script)]) : []),
    ...(/^(?:cargo|go|dotnet|bun|deno)$/.test(call.name) && verb === "run" ? taskVerbs(rest) : []),
  ];
}

const isProgramName = (name: string): boolean =>
  isLocal(name) || /^(?:node|vercel|netlify|wrangler|firebase|serverless|sls|eas|expo|supabase)$/.test(name);

/** Packages that are fetched for the one call. */
const extras = (call: Call): Finding[] =>
  call.args.some(({ shape }) =>
    /^--(?:with|from|with-requirements|with-editable|refresh|upgrade|index|index-url|extra-index-url)(?:=|$)/.test(
      shape,
    ),
  )
    ? [{ ...reaches(`${call.name} fetches packages first`, pypi), isOpaque: true }]
    : [];

/** The command behind the options of `run`. */
const ran = (rest: readonly Arg[]): readonly Arg[] => {
  const { operands } = given(rest, {
    isStrict: true,
    valued:
      "--with --from --python -p --extra --group --package --env-file --directory --project --with-requirements -n --name --spec --index --index-url -C --filter",
  });
  return operands.length > 0 ? operands : dropped(rest);
};

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
    isOffline(call)
      ? ownCode(`${title} installs what is here already`)
      : {
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

/** Tools of a project, which `npx` finds without the network where they are installed; of others nobody knows. */
const isLocal = (name: string): boolean =>
  judgeable.test(name) &&
  !/^create-|^(?:npm-check-updates|ncu|gh-pages|serve|http-server|localtunnel|ngrok|vercel|netlify|wrangler|surge|firebase)$/.test(
    name,
  );

const judgeable = new RegExp(
  `^(?:${`${plainTools} ${taskRunners} rimraf cross-env eslint prettier del-cli shx biome commitlint markdownlint markdownlint-cli2 dprint changeset lerna json-server oxfmt swagger-cli node`.replaceAll(/[.+]/g, "\\$&").split(" ").join("|")})$`,
);

/** `bun -e CODE`, `bun FILE`. */
function bun(call: Call): Outcome {
  const found = given(call.args, { valued: "-e --eval -p --print -r --preload --cwd", isStrict: true });
  const codes = valuesOf(found, "-e --eval -p --print");
  if (codes.length > 0) return codes.flatMap((code) => codeFindings(code, call.cwd, "bun"));
  return packager(call, packagers["bun"] as Verbs);
}

function npx(call: Call): Outcome {
  const found = given(call.args, { valued: "-p --package -c --call -w --workspace", isStrict: true });
  const calls = valuesOf(found, "-c --call");
  const [at, ...rest] = found.operands;
  const written = at === undefined ? "" : textOf(at);
  const name = written === null ? null : bareName(written);
  const fetches = { ...reaches(`${call.name} fetches and runs a package`, npm), isOpaque: true };
  const isFetching =
    has(found, "-y --yes -p --package") ||
    call.name === "pnpx" ||
    call.name === "bunx" ||
    /@\w/.test(written?.slice(1) ?? "");
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
  const isOffline = has(found, "--no-install --no --offline");
  if (name === null) return [fetches];
  const inner = { runs: [argOf(name), ...rest], isOwn: true };
  return (isFetching || !isLocal(name)) && !isOffline
    ? [fetches, inner]
    : [ownCode(`${call.name} runs ${name}`), inner];
}

/** The program of a package: without its scope's usual names and its version. */
const bareName = (name: string): string => {
  const plain = name.replace(/(?<=.)@[^/@]*$/, "");
  return aliases[plain] ?? plain;
};

const aliases: Readonly<Record<string, string>> = {
  "@biomejs/biome": "biome",
  "@redocly/cli": "redocly",
  "@playwright/test": "playwright",
  typescript: "tsc",
  "@angular/cli": "ng",
  "@nestjs/cli": "nest",
  "@changesets/cli": "changeset",
  "@openapitools/openapi-generator-cli": "openapi-generator-cli",
  "@tailwindcss/cli": "tailwindcss",
};
