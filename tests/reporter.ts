import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** `1`: a run in which a test that needs Docker did not run for want of an engine, or none ran at all, has failed. */
const dockerVariable = "HARNESS_REQUIRE_DOCKER";

/** What was skipped and why, and as the last line `N passed, N failed`: for people and for CI. */
export class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
    const [passed, skipped] = [inState("passed").length, inState("skipped")];
    let failed = inState("failed").length + failedAround(modules) + unhandled.length;

    for (const line of [...skippedLines(skipped), ...withoutEngineLines(modules)]) write(line);
    const missed = missedDocker(tests);
    if (missed !== null) {
      write(`failed   ${dockerVariable}=1, but ${missed}`);
      process.exitCode = 1;
      failed += 1;
    }
    if (missed !== null || tests.some(needsDocker)) write(`docker: ${count(tests.filter(ranOnDocker))}`);
    const others = skipped.length === 0 ? "" : `, ${skipped.length} skipped`;
    write(`${passed} passed, ${failed} failed${others}`);
  }
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const count = ({ length }: readonly TestCase[]): string => `${length} ${length === 1 ? "test" : "tests"}`;
const fileOf = (module: TestModule): string => relative(process.cwd(), module.moduleId);

/** Files and suites that failed outside their tests: they did not load, or what runs before or after them threw. */
function failedAround(modules: readonly TestModule[]): number {
  const places = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  return places.filter((place) => place.errors().length > 0).length;
}

/** One line for each that says why it was skipped; the rest was not asked for. */
function skippedLines(skipped: readonly TestCase[]): string[] {
  return skipped.flatMap((test) => {
    const result = test.result();
    const why = result.state === "skipped" ? result.note : undefined;
    const name = test.fullName.replaceAll(/\s+/g, " ");
    return why === undefined ? [] : [`skipped  ${fileOf(test.module)}  ${name}: ${why}`];
  });
}

const needsDocker = (test: TestCase): boolean => test.tags.includes("docker");
const ranOnDocker = (test: TestCase): boolean => needsDocker(test) && test.result().state !== "skipped";
const withoutEngine = (test: TestCase): boolean => test.meta().noEngine !== undefined;

/** One line for each file. */
function withoutEngineLines(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) => {
    const tests = [...module.children.allTests()].filter(withoutEngine);
    const why = tests[0]?.meta().noEngine;
    return why === undefined ? [] : [`skipped  ${fileOf(module)}  ${count(tests)}: ${why}`];
  });
}

/** What a run that must use Docker has missed; null when it need not, or has missed nothing. */
function missedDocker(tests: readonly TestCase[]): string | null {
  if (process.env[dockerVariable] !== "1") return null;
  const without = tests.filter(withoutEngine);
  if (without.length > 0) return `${count(without)} had no Docker engine`;
  return tests.some(ranOnDocker) ? null : "no test that needs Docker ran";
}
