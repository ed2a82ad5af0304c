import { reaches, reads, trusted, writes } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { has, verbOf } from "../options.ts";
import type { Given } from "../options.ts";

const harmlessSetting =
  /^(?:user\.(?:name|email)|color\.|advice\.|init\.defaultbranch|core\.(?:autocrlf|filemode|quotepath|eol|ignorecase)|pull\.(?:rebase|ff)|push\.default|commit\.gpgsign|merge\.conflictstyle|diff\.(?:renames|algorithm)|rerere\.enabled)/i;

export function config(found: Given): Outcome {
  const verb = verbOf(found) ?? "";
  const isReading =
    has(found, "--get --get-all --get-regexp --get-urlmatch --get-color --get-colorbool -l --list") ||
    /^(?:list|get)$/.test(verb);
  const operands = verb === "set" ? found.operands.slice(1) : found.operands;
  if (isReading) return [reads("git config reads")];
  if (
    has(found, "--edit -e --unset --unset-all --remove-section --rename-section --replace-all --add") ||
    /^(?:unset|edit|rename-section|remove-section)$/.test(verb)
  )
    return [trusted("git config changes what git runs")];
  if (operands.length === 1) return [reads("git config reads")];
  return [
    harmlessSetting.test(operands[0]?.shape ?? "")
      ? writes("git config sets a harmless key")
      : trusted("git config changes what git runs"),
  ];
}

export function remotes(found: Given): Outcome {
  const verb = verbOf(found) ?? "";
  if (verb === "" || verb === "get-url" || (verb === "show" && has(found, "-n")))
    return [reads("git remote lists")];
  if (/^(?:show|update|prune)$/.test(verb)) return [reaches("git remote asks the remote")];
  return [trusted("git remote changes where git sends things")];
}
