import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { isFrom } from "../../core/assessment.ts";
import type { Assessment } from "../../core/assessment.ts";
import { openHost } from "../../core/host.ts";
import { judge } from "../../core/policy.ts";
import type { PolicySpec } from "../../core/policy.ts";
import type { Circumstances } from "../../core/ports.ts";
import type { Judgement } from "../../core/tool.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import { assessing } from "../assess.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { policySpec } from "../policy.ts";
import { textOf } from "../view/rows.ts";
import { glob } from "../wire.ts";

export interface PolicyTestOptions {
  readonly stdin?: boolean;
  readonly json?: boolean;
}

/** How people and scripts read a decision. */
const said = { allow: "allow", ask: "ask", refuse: "deny" } as const;

interface Tested {
  readonly assessment: Assessment;
  readonly judgement: Judgement;
}

/** `harness policy test`. */
export async function policy(
  io: Io,
  action: string,
  command: string | undefined,
  options: PolicyTestOptions,
): Promise<number> {
  if (action !== "test")
    throw new Refused(`harness policy ${action}: there is only harness policy test 'COMMAND'`);
  return policyTest(io, command, options);
}

/** `harness policy test 'COMMAND'`: what the policy of this project says of a command, and why. Runs nothing. */
export async function policyTest(
  io: Io,
  command: string | undefined,
  options: PolicyTestOptions,
  input: Readable = process.stdin,
): Promise<number> {
  const test = tester(await readProject(io.cwd));
  if (options.stdin === true) return testLines(io, test, input);
  if (command === undefined)
    throw new Refused(
      "harness policy test 'COMMAND': say which command, or --stdin for one JSON object a line",
    );
  const tested = test(command);
  io.out(options.json === true ? `${JSON.stringify(answerOf(tested))}\n` : explained(tested, io.columns));
  return exit.ok;
}

/** As for a worker in a sandbox that can be opened to hosts, who has read nothing of the network. */
function tester({ spec }: ProjectFile): (command: string) => Tested {
  const policy: PolicySpec = policySpec(spec, true, {});
  const at = (): Circumstances => ({
    now: Date.now(),
    open: spec.network?.allow.map(openHost) ?? [],
    isTainted: false,
  });
  const assess = assessing(spec.secrets ?? {});
  return (command) => {
    const assessment = assess("bash", { command });
    return { assessment, judgement: judge(policy, glob, "bash", assessment, at()) };
  };
}

const answerOf = ({ judgement }: Tested): { risk: string; decision: string; because: string } => ({
  risk: judgement.risk,
  decision: said[judgement.decision],
  because: judgement.because,
});

/** One answer a line, in order; a line that is no question is answered with what is wrong, and the rest goes on. */
async function testLines(io: Io, test: (command: string) => Tested, input: Readable): Promise<number> {
  let number = 0;
  let isWrong = false;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === "") continue;
    const command = commandIn(line);
    isWrong ||= command === null;
    const answer =
      command === null ? { error: `line ${number}: not like {"command": "ls"}` } : answerOf(test(command));
    io.out(`${JSON.stringify(answer)}\n`);
  }
  return isWrong ? exit.badInput : exit.ok;
}

function commandIn(line: string): string | null {
  try {
    const { command } = JSON.parse(line) as { readonly command?: unknown };
    return typeof command === "string" ? command : null;
  } catch {
    return null;
  }
}

/** The decision, then each part of the command with its own risk, worst first. */
function explained({ assessment, judgement }: Tested, columns: number): string {
  const parts = assessment.parts.toSorted(
    (a, b) => Number(isFrom(b.risk, a.risk)) - Number(isFrom(a.risk, b.risk)),
  );
  const rows: [string, string][] = [
    [said[judgement.decision], judgement.because],
    ...(judgement.hosts.length === 0 ? [] : [["opens", judgement.hosts.join("  ")] as [string, string]]),
    ...parts.map(({ risk, text, because }): [string, string] => [risk, `${text.slice(0, 300)}   ${because}`]),
  ];
  return textOf(rows, columns);
}
