import { argOf, holdsUnknown } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { changing, kinds, network, sending, startsPrograms, talks } from "./code-words.ts";
import { emptyingCode, withoutComments } from "./code-text.ts";
import { ownCode, reads, unknownCode } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { hostOf } from "./host.ts";
import { judgePath } from "./path.ts";
import { isTrustedPath, isSecretPath } from "./named-paths.ts";

/**
 * What code may do, by the words in it: names can be made at run time, so code that makes them, or of which a part is not
 * known, counts as the worst. `where` "file": code of some length, which makes names for good reasons.
 */
export function codeFindings(
  code: Arg,
  cwd: string | null,
  language: string,
  where: "line" | "file" = "line",
): Finding[] {
  if (holdsUnknown(code)) return [unknownCode("a part of the code is not known before it runs")];
  if (code.shape.length > 20_000) return [unknownCode("the code is too long to be read")];
  const text = withoutComments(code.shape);
  if (startsByQuotes(text, language)) return [unknownCode(startsPrograms)];
  if (isPlain(text)) return [reads("the code only calculates and prints"), ...literals(text, cwd, false)];
  const looked = where === "file" ? kinds.filter(({ isVeiled }) => isVeiled !== true) : kinds;
  return [
    ownCode("code that may do what its sandbox allows"),
    ...looked.flatMap(({ pattern, finding }) => (pattern.test(text) ? [finding] : [])),
    ...(network.test(text) ? [reachesBy(text)] : []),
    ...emptyingCode(text, cwd),
    ...literals(text, cwd, changing.test(text)),
  ];
}

/** Backquotes and piped files, where they run commands. */
const startsByQuotes = (text: string, language: string): boolean =>
  /^(?:perl|ruby|php|jruby|julia|elixir|crystal|perl5|raku)/.test(language) &&
  (text.includes("`") || /\bopen\b[^;]*(?:["']\s*[-+<>]*\||\|\s*[-"'])/.test(text));

function reachesBy(text: string): Finding {
  const urls = [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([url]) => hostOf(argOf(url)));
  const hosts = urls.length > 0 && urls.every((host) => host !== null) ? urls : null;
  if (sending.test(text)) return { risk: "external", because: talks, hosts };
  return { risk: "network", because: "the code reaches the network", hosts };
}

/** Strings in the code that are paths outside the workspace, or of files that others trust. */
function literals(text: string, cwd: string | null, isChanging: boolean): Finding[] {
  const strings = [...text.matchAll(/"([^"\n]{1,300})"|'([^'\n]{1,300})'|`([^`\n]{1,300})`/g)].map(
    (found) => found[1] ?? found[2] ?? found[3] ?? "",
  );
  return strings
    .filter((string) => /^(?:\/[\w.*~]|~|\.\.?\/|\.[a-z])/i.test(string) || isNamed(string))
    .flatMap((string) => {
      const path = argOf(string.replace(/^~/, "\uE002"));
      return (
        judgePath(path, isChanging && !/^\/(?:dev|usr|bin|tmp)\//.test(string) ? "write" : "read", cwd) ?? []
      );
    });
}

const isNamed = (string: string): boolean => isTrustedPath(string) || isSecretPath(string, false);

const plainWords = new Set(
  "print console log error math Math json JSON sys import from as version versions version_info process stdout len str int float list dict set tuple bool sum min max abs round range sorted reversed enumerate zip map filter any all for in if else not and or is None True False null undefined true false const let var return def lambda datetime date time now today timedelta strftime isoformat platform python_version machine release arch node e E pi sqrt floor ceil pow log2 log10 sin cos tan exp parse stringify dumps loads indent sort_keys puts p say echo join split replace trim strip upper lower toUpperCase toLowerCase length repeat slice substring padStart padEnd format toFixed Number String Array Object keys values entries Date Intl re findall sub match search group test PHP_VERSION RUBY_VERSION my use strict warnings printf statistics mean median random itertools collections Counter decimal Decimal fractions Fraction hashlib sha256 md5 hexdigest encode uuid uuid4 calendar textwrap string digits ascii_letters toISOString toString getTime typeof isNaN parseInt parseFloat reduce forEach includes x y z i j k n m a b c d s t v w r f name type stdin read lines line item items value key row rows".split(
    " ",
  ),
);

/** Only words that calculate and print, outside of strings. */
function isPlain(text: string): boolean {
  if (text.includes("://") && /\bimport\b/.test(text)) return false;
  if (/`|\\x|\\u|\[\s*["']/.test(text)) return false;
  const bare = text.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, " ");
  if (/["'<>|$@#]|\b__/.test(bare.replaceAll(/=>|<=?|>=?/g, ""))) return false;
  return (bare.match(/[A-Za-z_]\w*/g) ?? []).every((word) => plainWords.has(word));
}
