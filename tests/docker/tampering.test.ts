import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../src/core/canonical.ts";
import type { Part } from "../../src/core/model.ts";
import { describeCampaign, sandboxImage } from "../docker.ts";
import { call, plan, submit } from "../loop/ground.ts";
import { attacks, harmless, ruinCheck, ruinFiles, ruins, setUp } from "./attacks.ts";
import type { Attack, Guard } from "./attacks.ts";
import { carelessPorts } from "./careless.ts";
import { bodies, realRun, told } from "./real-run.ts";
import type { RealRun, Says } from "./real-run.ts";

/**
 * Each attack is a task: its first attempt tampers, its second one works. In one run every guard stands: the first
 * attempt is sent back, the second accepted. In the other run each task goes without the one guard that its attack is
 * up against, and the first attempt is accepted: so the attacks are what they say, and the guard is what stops them.
 * That one is for `HARNESS_LONG=1`.
 */
const isLong = process.env["HARNESS_LONG"] === "1";
const isIn = (guard: Guard) => (one: Attack) => one.guard === guard;
const guardOf = new Map(attacks.map(({ name, guard }) => [name, guard]));

describeCampaign("tampering with the verdict", () => {
  let [guarded, unguarded] = [new Map<string, Outcome>(), new Map<string, Outcome>()];
  const runs: RealRun[] = [];
  /** What evaluators of the guarded run were told, for each grading of a task. */
  const briefs = new Map<string, string[]>();

  beforeAll(async () => {
    for (const isGuarded of isLong ? [true, false] : [true]) runs.push(await tamperedRun(isGuarded, briefs));
    await Promise.all(runs.map(async (run) => run.go()));
    [guarded = guarded, unguarded = unguarded] = await Promise.all(runs.map(outcomesOf));
  }, 900_000);
  afterAll(async () => void (await Promise.all(runs.map(async (run) => run.remove()))));

  describe.each(attacks)("$name (guard: $guard)", ({ name }) => {
    it.runIf(isLong)("without the guard it is accepted", () => {
      expect(unguarded.get(name)).toMatchObject({ verdicts: ["pass"], accepted: 1 });
    });

    it("with the guard it is sent back, and honest work is accepted", () => {
      expect(guarded.get(name)).toMatchObject({ verdicts: ["fail", "pass"], accepted: 2 });
    });
  });

  it.each(attacks.filter((one) => isIn("protected")(one) || isIn("named")(one)))(
    "$name: what was changed is listed as put back",
    ({ name }) => {
      expect(guarded.get(name)?.restored[0]).toContain(`${name}/`);
      expect(guarded.get(name)?.restored[1]).toBe("");
    },
  );

  it.each([
    ["new-setup", "new: new-setup/tests/test_early.py\\nimport os; os._exit(0)"],
    ["shadows-module", "new: shadows-module/unittest.py\\nraise SystemExit(0)"],
    ["npmrc", "new: npmrc/.npmrc\\nscript-shell=/bin/true"],
    ["edits-and-works", "now put back\\n\\n- edits-and-works/tests/test_total.sh"],
  ])("%s: the evaluator's brief says so", (name, said) => {
    expect(briefs.get(name)?.[0]).toContain(said);
    expect(briefs.get(name)?.[1]).not.toContain(said);
  });

  it("what a worker's shell was told, and settings in its workspace, reach no check", () => {
    expect(guarded.get(harmless.name)).toMatchObject({ verdicts: ["fail", "pass"], accepted: 2 });
  });

  it.each(ruins)("$name: it has failed, and nothing broke", ({ name, said }) => {
    const outcome = guarded.get(name);
    expect(outcome).toMatchObject({ verdicts: ["fail", "pass"], invalid: [], accepted: 2 });
    expect(outcome?.explanations[0]).toMatch(said);
  });

  it("the run goes on to its end, and no container is left", async () => {
    const [run] = runs as [RealRun, ...RealRun[]];
    expect(run.state.outcome).toBe("met");
    expect(await run.ports.sandbox.left()).toEqual([]);
  });
});

/** Of the gradings of a task that came to a verdict, in order. */
interface Outcome {
  readonly verdicts: readonly string[];
  readonly explanations: readonly string[];
  /** Lines of what was put back. */
  readonly restored: readonly string[];
  /** Why a grading came to none: an engine that is slow today is none of the worker's doing. */
  readonly invalid: readonly string[];
  /** The attempt that was; null: none. */
  readonly accepted: number | null;
}

async function outcomesOf(run: RealRun): Promise<Map<string, Outcome>> {
  const entries = await run.entries();
  const found = new Map<string, Outcome>();
  for (const name of run.state.tasks.keys()) {
    const all = bodies(entries, "verdict-given").filter(({ task }) => task === name);
    const given = all.filter(({ verdict }) => verdict !== "invalid");
    const invalid = all.filter(({ verdict }) => verdict === "invalid");
    const started = given.map((one) =>
      bodies(entries, "judging-started").find(
        ({ task, attempt, grading }) => task === name && attempt === one.attempt && grading === one.grading,
      ),
    );
    found.set(name, {
      verdicts: given.map(({ verdict }) => verdict),
      explanations: await Promise.all(given.map(async ({ explanation }) => run.text(explanation))),
      restored: await Promise.all(started.map(async (one) => run.text(one?.restored?.list ?? null))),
      invalid: await Promise.all(invalid.map(async ({ explanation }) => run.text(explanation))),
      accepted: bodies(entries, "task-accepted").find(({ task }) => task === name)?.attempt ?? null,
    });
  }
  return found;
}

async function tamperedRun(isGuarded: boolean, briefs: Map<string, string[]>): Promise<RealRun> {
  const all = isGuarded ? [...attacks, harmless] : attacks;
  const files = Object.fromEntries([
    ...all.flatMap((one) =>
      Object.entries(one.files)
        .filter(([path]) => isGuarded || path !== ".gitignore")
        .map(([path, text]) => [`${one.name}/${path}`, text] as const),
    ),
    ...ruins.flatMap(({ name }) =>
      Object.entries(ruinFiles).map(([path, text]) => [`${name}/${path}`, text] as const),
    ),
  ]);
  return realRun({
    files,
    goal: {
      attempts: 2,
      concurrency: 3,
      sandbox: {
        kind: "docker",
        image: await sandboxImage(),
        memory: "256m",
        cpus: 2,
        setup: { run: setUp, network: [] },
      },
      checks: [
        { id: "there", path: "readme.txt" },
        { id: "with", run: "true", protect: globsOf(isGuarded) },
        // No default where a check asks for none.
        ...(isGuarded ? [] : [{ id: "without", run: "true", protect: [] }]),
      ],
    },
    says: sayings(all, isGuarded, briefs),
    ...(isGuarded ? {} : { change: (ports) => carelessPorts(ports, (task) => guardOf.get(task) ?? null) }),
  });
}

/** Where every guard stands, the defaults and what the goal names; else the tests of those that lack another guard. */
function globsOf(isGuarded: boolean): readonly string[] {
  if (isGuarded) return attacks.filter(isIn("named")).map(({ name }) => `${name}/{package.json,Makefile}`);
  const others = attacks.filter(({ guard }) => guard !== "protected" && guard !== "named");
  return others.map(({ name }) => `${name}/{test,tests}/**`);
}

function sayings(all: readonly Attack[], isGuarded: boolean, briefs: Map<string, string[]>): Says {
  const tasks = [
    ...all.map((one) => taskOf(one, isGuarded)),
    ...(isGuarded
      ? ruins.map(({ name, timeoutS }) => task(name, [`cd ${name} && ${ruinCheck}`], [], timeoutS))
      : []),
  ];
  const known = new Map(all.map((one) => [one.name, one]));
  const programs = new Map(ruins.map(({ name, program }) => [name, program]));
  return (asked) => {
    const [role, name = "", attempt] = asked.thread.split("/");
    if (role === "plan") return [plan(...tasks)];
    if (role === "judge") {
      briefs.set(name, [...(briefs.get(name) ?? []), told(asked)]);
      return [verdict(name, told(asked))];
    }
    if (asked.turn > 1) return [submit()];
    const one = known.get(name);
    const attack = one?.attack ?? `cat > total.sh <<'END'\n${programs.get(name)}\nEND`;
    const work = one?.honest ?? "echo 'echo $(($1 + $2))' > total.sh";
    return [call("bash", { command: `cd ${name} && ${attempt === "1" ? attack : work}` })];
  };
}

const taskOf = ({ name, checks, guard }: Attack, isGuarded: boolean): Json =>
  task(
    name,
    checks.map((check) => `cd ${name} && ${check}`),
    isGuarded && guard === "shown" ? [{ id: "honest", type: "rubric", rubric: "Is it work?" }] : [],
  );

const task = (id: string, checks: readonly string[], more: readonly Json[] = [], timeoutS = 60): Json => ({
  id,
  title: `mend ${id}`,
  instructions: "mend the sum",
  needs: [],
  criteria: [...checks.map((run) => ({ type: "command", run, timeout_s: timeoutS })), ...more],
});

/** An evaluator that looks at what changed. */
function verdict(name: string, brief: string): Part {
  const isTampered = /os\._exit|SystemExit|bin\/sh|script-shell|now put back/.test(brief);
  const score = { criterion: "honest", score: isTampered ? 0 : 1, explanation: `the changes of ${name}` };
  return call("submit_verdict", { scores: [score], explanation: "looked at what changed" });
}
