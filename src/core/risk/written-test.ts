import { argOf, tame } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { codeFindings } from "./code.ts";
import { destroys, isFinding, ownCode } from "./finding.ts";
import type { Outcome } from "./finding.ts";
import { withoutComments } from "./code-text.ts";
import { startsPrograms, talks } from "./code-words.ts";

/** Whether a file is a test: by its name, and by words no test is without. */
export const isTest = ({ shape }: Arg, text: Arg): boolean =>
  /(?:^|\/)(?:tests?|specs?|__tests__)\/|(?:^|\/)(?:test_[^/]*|[^/]*(?:_test|_spec|\.test|\.spec|Tests?|Spec))\.\w+$/.test(
    shape,
  ) &&
  /\bdef test_|\b(?:test|it|describe|suite|expect|context)\s*[.(]|\bassert\w*\b|\bit ['"]|\bTestCase\b|@Test\b/.test(
    text.shape,
  );

/**
 * A test that was just written and is run by its runner. It starts programs and removes its own files as tests do: it is
 * judged by the programs and hosts it names. All else that code is asked about for, it is asked about for too.
 */
export function testFindings(text: Arg, cwd: string | null, language: string): Outcome {
  if (text.shape.length > 20_000) return codeFindings(text, cwd, language, "file");
  const found = codeFindings({ ...text, shape: withoutPlaces(text.shape) }, cwd, language, "file").filter(
    ({ because }) =>
      because !== startsPrograms &&
      because !== "the code removes files" &&
      !(because === "the code reaches the network" || because === talks ? isAtHome(text.shape) : false),
  );
  return [
    ownCode("a test that was just written"),
    ...found.filter(isFinding),
    ...commandsIn(text.shape),
    ...(removesNamed.test(text.shape) ? [destroys("the test removes files it names")] : []),
  ];
}

/** What modules are called, and paths of addresses, are no files outside the workspace. */
const withoutPlaces = (text: string): string =>
  text
    .replaceAll(
      /\b(from|require\(|import|import\(|mock\(|unmock\(|importActual\()(\s*)(["'])(?:\.\.?\/){1,4}/g,
      "$1$2$3",
    )
    .replaceAll(
      /(["'`])\/(?!(?:etc|home|root|var|proc|sys|usr|opt|mnt|media|boot|dev|run|srv|Users|tmp|bin|lib|~)\b)(?=\w)/g,
      "$1",
    );

/** What it talks to is itself, a stand-in, or nobody it names. */
function isAtHome(written: string): boolean {
  const text = withoutComments(written);
  const hosts = [
    ...text.matchAll(/\b[a-z]+:\/\/([^\s"'`)/]*)/gi),
    ...text.matchAll(
      /\b(?:connect\w*|create_connection|SMTP\w*|FTP\w*|Telnet|Socket|dial\w*)\s*\(+\s*[^"'()\n]{0,20}["']([\w.-]+)/gi,
    ),
  ];
  return standIns.test(text) || hosts.every(([, host]) => own.test(host ?? ""));
}

const own = /^(?:localhost|127\.0\.0\.1|\[::1\]|::1|0\.0\.0\.0|tcp)(?::|$)/;
const standIns =
  /\b(?:mock\w*|patch|monkeypatch|nock|msw|respx|responses|stub\w*|sinon|httptest|supertest|TestClient|test_client|vcr|webmock)\b|\b(?:vi|jest)\.(?:fn|mock|spyOn)/i;

/** It removes what it names, or all that is where it runs. */
const removesNamed =
  /\b(?:listdir|scandir|i?glob|readdir\w*|Path)\s*\(\s*["'`](?:\.|\*|\.\/\*?)["'`][\s\S]*\b(?:rmtree|unlink|rm(?:Sync)?|remove)\b|\b(?:rmtree|unlink\w*|rm(?:Sync|dir|dirSync|_rf|_r)?|remove(?:All|dirs|Sync)?|rimraf)\s*\(\s*["'`](?!\/tmp\/)[^"'`]+["'`]/;

const quoted = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g;

/** Words behind a call that may start a program. */
const starting =
  /\b(?:system|popen\d?|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|exec\w*|spawn\w*|Command(?:::new)?|shell_exec|passthru|start)\s*\(\s*((?:[\s,[]*[fbru]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`))+)/g;

/** A list of words. */
const lists = /\[\s*((?:[fbru]{0,2}(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')[\s,]*)+)/g;

/** Programs that are worth a look wherever they are named. */
const serious =
  /^(?:\S*\/)?(?:rm|rmdir|shred|dd|truncate|mv|find|curl|wget|nc|ncat|ssh|scp|rsync|git|gh|sudo|su|docker|podman|kubectl|aws|gcloud|npm|npx|pip3?|bash|sh|zsh|chmod|chown|kill|pkill|killall|crontab|mkfs\S*)(?:\s|$)/;

const stringsIn = (text: string): string[] =>
  [...text.matchAll(quoted)].map((found) =>
    (found[1] ?? found[2] ?? found[3] ?? "").replaceAll(/\$?\{[^}]*\}/g, tame),
  );

/** Commands whose words stand in the code: at a call, or anywhere where the program is one of the serious. */
function commandsIn(text: string): Outcome {
  const called = [...text.matchAll(starting)].map(([, words]) => stringsIn(words ?? ""));
  const listed = [...text.matchAll(lists)].map(([, words]) => stringsIn(words ?? ""));
  const alone = stringsIn(text).filter((string) => /\s/.test(string.trim()));
  return [
    ...called,
    ...listed.filter(([first]) => serious.test(first ?? "")),
    ...alone.filter((string) => serious.test(string.trim())).map((string) => [string]),
  ]
    .slice(0, mostCommands)
    .flatMap(commandOf);
}

const mostCommands = 200;

function commandOf([first = "", ...rest]: readonly string[]): Outcome {
  if (/[;&|<>$`(]/.test(first)) return [{ shell: argOf(first) }];
  const words = [...first.split(/\s+/), ...rest].filter((word) => word !== "");
  if (words.length === 0 || words[0]?.includes(tame) === true) return [];
  return [{ runs: words.map((word) => argOf(word)), isFed: false, isOwn: true }];
}
