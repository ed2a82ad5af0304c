import { argOf, holdsUnknown } from "./arg.ts";
import type { Arg } from "./arg.ts";
import type { Call } from "./call.ts";
import { codeFindings } from "./code.ts";
import { unknownCode } from "./finding.ts";
import type { Outcome } from "./finding.ts";
import { isTest, testFindings } from "./written-test.ts";

/** A script that is started by its path, by its text: what stands behind `#!` reads it. */
export function writtenOutcome(text: Arg, { cwd }: Pick<Call, "cwd">): Outcome {
  if (holdsUnknown(text)) return [unknownCode("what runs is not known before")];
  const first = /^#![^\n]*/.exec(text.shape)?.[0] ?? "#!/bin/sh";
  if (/sh\b/.test(first)) return [{ shell: text, input: "none" }];
  if (/\bmake\b/.test(first)) return recipes(text);
  return codeFindings(text, cwd, /([a-z]+)[\d.]*\s*$/.exec(first)?.[1] ?? "", "file");
}

/** The commands of a makefile. */
export function recipes(text: Arg): Outcome {
  if (holdsUnknown(text)) return [unknownCode("the makefile is not known before")];
  const lines = text.shape.split("\n").flatMap((line) => {
    const recipe = /^\t\s*[-@+]*(.*)$|^[^\t:#=]*:[^=;]*;(.*)$/.exec(line);
    return recipe === null ? [] : [recipe[1] ?? recipe[2] ?? ""];
  });
  const calls = [...text.shape.matchAll(/\$\(shell\s+([^)]*)\)|!=\s*(.*)/g)].map(
    ([, one, other]) => one ?? other ?? "",
  );
  return [...lines, ...calls].map((line) => ({ shell: argOf(plain(line)) }));
}

/** Variables of make are unknown to the shell. */
const plain = (line: string): string => line.replaceAll("$$", "$").replaceAll(/\$[({][^)}]*[)}]/g, "tame");

/** Programs that run or build what they are given. */
const runners =
  /^(?:go|tsx|ts-node|bun|deno|java|javac|kotlin|kotlinc|scala|scalac|groovy|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|tcc|rustc|nim|zig|crystal|dmd|rdmd|ghc|runghc|runhaskell|dotnet|csc|swift|swiftc|ocaml|ocamlfind|ocamlopt|julia|elixir|mix|pytest|jest|vitest|mocha|jasmine|ava|tap|rspec|phpunit|prove|npx|uv|poetry|cargo|gfortran|vlang|v|odin|fpc|sbcl|ctest|cmake|expect|sqlite3|psql)$/;

const testRunners =
  /^(?:pytest|py\.test|jest|vitest|mocha|jasmine|ava|tap|rspec|phpunit|prove|npx|uv|poetry|go|cargo|bun|deno|mix|gotestsum)$/;

/** Code that the same script wrote and that a compiler or a runner is given. */
export function writtenSources(name: string, { args, written, cwd }: Omit<Call, "name">): Outcome {
  if (!runners.test(name)) return [];
  return args.flatMap((arg) => {
    const text = /\.\w+$|^-/.test(arg.shape) ? written(arg) : null;
    if (text === null) return [];
    return testRunners.test(name) && isTest(arg, text)
      ? testFindings(text, cwd, name)
      : codeFindings(text, cwd, name, "file");
  });
}
