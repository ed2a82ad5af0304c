import { argOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import { destroys, ownCode, reaches, reads, trusted, writes } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { given, valuesOf } from "../options.ts";
import { npm } from "./registries.ts";

const goHosts = ["proxy.golang.org:443", "sum.golang.org:443"];
const goPrograms = "-exec -toolexec -vettool --exec --toolexec --vettool";

/** Commands whose second word decides. */
export function odd(name: string, verb: string, rest: readonly Arg[]): Outcome | null {
  const second = rest.find(({ shape }) => !shape.startsWith("-"))?.shape ?? "";
  if (/^(?:npm|pnpm|yarn)$/.test(name) && /^(?:config|c)$/.test(verb) && /^(?:get|list|ls|)$/.test(second))
    return [reads("it reads settings")];
  if (name === "npm" && verb === "pkg")
    return [second === "get" ? reads("npm pkg get reads") : writes("npm pkg changes package.json")];
  if (name === "npm" && verb === "get") return [reads("it reads settings")];
  if (name === "npm" && (verb === "init" || verb === "innit") && second === "")
    return [ownCode("npm init makes package.json")];
  if (name === "npm" && verb === "version" && second === "") return [reads("npm version reads")];
  if (name === "npm" && (verb === "dist-tag" || verb === "owner") && second === "ls")
    return [reaches("it asks the registry", npm)];
  if (name === "npm" && verb === "whoami") return [reaches("it asks the registry who this is", npm)];
  if (verb === "cache" && /^(?:dir|list|ls|verify|info|path)$/.test(second))
    return [reads("it reads the cache")];
  if (name === "yarn" && verb === "workspace") return [{ runs: [argOf("yarn"), ...rest.slice(1)] }];
  if (name === "go" && (verb === "mod" || verb === "work")) return goMod(second);
  if (name === "go" && verb === "list" && asksProxy(rest))
    return [reaches("go list asks which versions there are", goHosts)];
  if (name === "go" && verb === "env")
    return [
      rest.some(({ shape }) => /^-[wu]$/.test(shape))
        ? trusted("go env -w changes settings")
        : reads("go env reads"),
    ];
  if (name === "go" && verb === "run" && /@/.test(second))
    return [reaches("go run fetches and runs a package", goHosts)];
  if (/^go$/.test(name) && rest.some(({ shape }) => /^-{1,2}(?:exec|toolexec|overlay|vettool)/.test(shape)))
    return valuesOf(given(rest, { valued: goPrograms, isSingle: true }), goPrograms)
      .concat(
        rest.flatMap((arg) =>
          /^-{1,2}(?:exec|toolexec|vettool)=/.test(arg.shape)
            ? [{ ...arg, shape: arg.shape.slice(arg.shape.indexOf("=") + 1) }]
            : [],
        ),
      )
      .flatMap((command) => hiddenCommand("go is told a program to run", command))
      .concat(ownCode("go runs the project's code"));
  if (name === "cargo" && rest.concat(argOf(verb)).some(({ shape }) => /^(?:--config|\+)/.test(shape)))
    return [trusted("cargo is told settings that may name programs")];
  if (name === "cargo" && verb === "watch") return watching(rest);
  if (name === "gradle" || name === "gradlew") {
    if (rest.concat(argOf(verb)).some(({ shape }) => shape === "--refresh-dependencies"))
      return [reaches("gradle fetches dependencies")];
  }
  if (name === "cargo" && verb === "clean") return [destroys("cargo clean removes what was built")];
  if (name === "cargo" && verb === "fmt")
    return [
      rest.some(({ shape }) => shape === "--check") ? reads("it checks the format") : writes("it formats"),
    ];
  return runsInside(name, verb, rest) ?? listing(name, verb, rest, second);
}

/** `cargo watch -x test -s COMMAND`. */
function watching(rest: readonly Arg[]): Outcome {
  const found = given(rest, { valued: "-x --exec -s --shell -w --watch -i --ignore -d --delay -C" });
  return [
    ownCode("cargo watch runs commands when files change"),
    ...valuesOf(found, "-s --shell").map((shell) => ({ shell })),
    ...valuesOf(found, "-x --exec").map((text) => ({ shell: { ...text, shape: `cargo ${text.shape}` } })),
  ];
}

/** A command in an environment that a manager of versions or packages makes. */
export const runsInside = (name: string, verb: string, rest: readonly Arg[]): Outcome | null => {
  if (!/^(?:exec|x|run)$/.test(verb)) return null;
  if (
    !/^(?:mise|asdf|rbenv|pyenv|nodenv|plenv|jenv|goenv|phpenv|nvm|fnm|volta|rustup|opam|cabal|stack|lerna|nx|conda|mamba|micromamba|dune|spack|proto|rvm|chruby|ghcup|devbox|pixi|tox|foreman|honcho|carton|spago|rebar3|esy)$/.test(
      name,
    )
  )
    return null;
  const at = rest.findIndex(({ shape }) => shape === "--");
  const words =
    at === -1
      ? rest.filter(
          ({ shape }, index) => !(index === 0 && /^[\d.]+$|^(?:stable|nightly|beta|lts.*)$/.test(shape)),
        )
      : rest.slice(at + 1);
  return [
    ownCode(`${name} ${verb} runs a command`),
    ...(words.length > 0 ? [{ runs: words, isLoose: true, isOwn: true }] : []),
  ];
};

/** What only lists, of managers whose commands change things otherwise. */
function listing(name: string, verb: string, rest: readonly Arg[], second: string): Outcome | null {
  if (/^(?:gem|bundle)$/.test(name) && verb === "config" && /^(?:get|list|)$/.test(second))
    return [reads("it reads settings")];
  if (name === "dotnet" && verb === "nuget" && second === "list") return [reads("it lists sources")];
  if (name === "uv" && verb === "pip" && /^(?:list|show|freeze|tree|check)$/.test(second))
    return [reads("it lists packages")];
  if (name === "uv" && verb === "python" && /^(?:list|find|dir)$/.test(second))
    return [reads("it lists pythons")];
  if (/^(?:conda|mamba)$/.test(name) && verb === "env" && /^(?:list|export)$/.test(second))
    return [reads("it lists environments")];
  if (
    /^(?:conda|mamba)$/.test(name) &&
    verb === "config" &&
    rest.some(({ shape }) => /^--(?:show|get|describe)/.test(shape))
  )
    return [reads("it reads settings")];
  if (
    /^(?:rustup|nvm|pyenv|asdf|mise|rbenv|fnm|volta|sdk|plugin)$/.test(name) &&
    (/^(?:list|ls|list-all|--list)$/.test(second) ||
      /^(?:show|list|current|which|ls|versions|version|check|whence|where)$/.test(verb))
  )
    return [reads("it lists versions")];
  if (/^(?:nvm|fnm)$/.test(name) && verb === "use") return [ownCode("it picks a version")];
  if (name === "brew" && /^(?:list|ls|info|deps|config|--prefix|leaves|outdated|doctor)$/.test(verb))
    return [reads("brew lists")];
  if (name === "pacman" && (rest[0]?.shape ?? verb).startsWith("-Q")) return [reads("pacman lists")];
  return null;
}

function goMod(second: string): Outcome {
  if (/^(?:graph|why|verify|edit-json)$/.test(second)) return [reads("go mod reads")];
  if (/^(?:init|edit|use)$/.test(second)) return [writes("go mod changes go.mod")];
  return [reaches("go mod fetches modules", goHosts)];
}

/** Questions about modules that only a proxy can answer. */
const asksProxy = (rest: readonly Arg[]): boolean =>
  rest.some(({ shape }) => /^--?(?:u|versions|retracted|mod=mod)(?:=|$)|@/.test(shape));
