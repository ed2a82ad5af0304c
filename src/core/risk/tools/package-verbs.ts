import { argOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import { destroys, ownCode, reaches, reads, trusted, writes } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { npm } from "./registries.ts";

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
  if (name === "go" && verb === "env")
    return [
      rest.some(({ shape }) => /^-[wu]$/.test(shape))
        ? trusted("go env -w changes settings")
        : reads("go env reads"),
    ];
  if (name === "go" && verb === "run" && /@/.test(second))
    return [reaches("go run fetches and runs a package", ["proxy.golang.org:443", "sum.golang.org:443"])];
  if (/^go$/.test(name) && rest.some(({ shape }) => /^-{1,2}(?:exec|toolexec|overlay|vettool)/.test(shape)))
    return [{ risk: "privilege", because: "go is told a program to run", isOpaque: true, hosts: null }];
  if (name === "cargo" && rest.concat(argOf(verb)).some(({ shape }) => /^(?:--config|\+)/.test(shape)))
    return [trusted("cargo is told settings that may name programs")];
  if (name === "cargo" && verb === "clean") return [destroys("cargo clean removes what was built")];
  if (name === "cargo" && verb === "fmt")
    return [
      rest.some(({ shape }) => shape === "--check") ? reads("it checks the format") : writes("it formats"),
    ];
  return listing(name, verb, rest, second);
}

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
    /^(?:rustup|nvm|pyenv|asdf|mise|rbenv|fnm|volta)$/.test(name) &&
    /^(?:show|list|current|which|ls|versions|version|check|whence|where)$/.test(verb)
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
  return [reaches("go mod fetches modules", ["proxy.golang.org:443", "sum.golang.org:443"])];
}
