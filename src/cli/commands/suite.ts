import type { Readable } from "node:stream";
import { Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { commit, diff, list, log } from "../registry/artifact-commands.ts";
import type { ArtifactOptions, Asked } from "../registry/artifact-commands.ts";
import { act, nameTyped } from "../registry/artifact-commands.ts";
import { show } from "../registry/show.ts";
import { addCases, appendCases } from "../suites/add-cases.ts";
import { addFromRun } from "../suites/add-from-run.ts";
import { checkSuite } from "../suites/check.ts";
import { listSuites } from "../suites/list-suites.ts";
import { newSuite } from "../suites/new-suite.ts";
import type { NewOptions } from "../suites/new-suite.ts";
import { plan } from "../suites/plan.ts";
import type { PlanOptions } from "../suites/plan.ts";
import { storedReports } from "../suites/stored-reports.ts";
import { tryCases } from "../suites/try-cases.ts";

export interface SuiteOptions extends ArtifactOptions, NewOptions, PlanOptions {
  readonly case?: string;
  readonly fromRun?: string;
  readonly task?: string;
  readonly json?: boolean;
}

type Suite = Asked<SuiteOptions>;

/** `harness suite [list|new|add|check|plan|show|log|diff|commit] …`. */
export const suite = async (
  io: Io,
  action: string,
  names: readonly string[],
  options: SuiteOptions,
  input: Readable = process.stdin,
): Promise<number> => {
  const add = async (asked: Suite): Promise<number> => {
    refuseNoRun(options);
    const name = nameOf("add", asked);
    if (options.fromRun === undefined && options.task === undefined)
      return addCases(io, asked.opened.dir, name, options.case, input);
    if (options.case !== undefined)
      throw new Refused("--case is a case as it is, --from-run makes one of a task; keep one of them");
    return addFromRun(io, name, { run: options.fromRun, task: options.task }, appendCases);
  };
  const actions = { list: listed, new: begin, add, check, plan: planned, show, log, diff, commit };
  return act(actions, action, { io, kind: "suite", names, options });
};

/** An empty variable of a shell, with quotes around it or without. @throws Refused */
function refuseNoRun({ fromRun }: SuiteOptions): void {
  if (fromRun === undefined || !/^(-.*)?$/.test(fromRun.trim())) return;
  throw new Refused("--from-run: the id of the run is empty; harness runs lists all");
}

const nameOf = (action: string, { names }: Suite): string => nameTyped("suite", action, names).name;

/** Suites as they lie in `tasks/`, then their versions. */
async function listed(asked: Suite): Promise<number> {
  await listSuites(asked.io, asked.opened, asked.options.json === true);
  return list(asked);
}

async function begin({ io, opened, names: [name, second], options }: Suite): Promise<number> {
  if (name === undefined || second !== undefined)
    throw new Refused("say its name: harness suite new NAME --target prompt:worker");
  return newSuite(io, opened, name, options);
}

async function check(asked: Suite): Promise<number> {
  const { io, opened, options } = asked;
  const name = nameOf("check", asked);
  const reports = await storedReports(opened.dir, name);
  return checkSuite(io, opened, name, options.json === true, {
    env: io.env,
    reports,
    tryCases: async (file, cases, onCase) => tryCases(io, file, cases, onCase),
  });
}

async function planned(asked: Suite): Promise<number> {
  const name = nameOf("plan", asked);
  const reports = await storedReports(asked.opened.dir, name);
  return plan(asked.io, asked.opened, name, asked.options, reports);
}
