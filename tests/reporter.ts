import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** What was skipped and why, and as the last line `N passed, N failed`: for people and for CI. */
export class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const unloaded = modules.filter((module) => module.state() === "failed" && module.children.size === 0);
    const skipped = tests.filter((test) => test.result().state === "skipped");
    const passed = tests.filter((test) => test.result().state === "passed").length;
    const failed = tests.filter((test) => test.result().state === "failed").length + unloaded.length;
    for (const line of skippedLines(skipped)) write(line);
    const others = skipped.length === 0 ? "" : `, ${skipped.length} skipped`;
    write(`${passed} passed, ${failed} failed${others}`);
  }
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);

/** One line for each that says why it was skipped; the rest was not asked for. */
function skippedLines(skipped: readonly TestCase[]): string[] {
  return skipped.flatMap((test) => {
    const result = test.result();
    const why = result.state === "skipped" ? result.note : undefined;
    const name = test.fullName.replaceAll(/\s+/g, " ");
    return why === undefined
      ? []
      : [`skipped  ${relative(process.cwd(), test.module.moduleId)}  ${name}: ${why}`];
  });
}
