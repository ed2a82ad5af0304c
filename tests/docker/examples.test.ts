import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runId } from "../cli/ground.ts";
import { describeCampaign } from "../docker.ts";
import { git, readFiles, tempDir } from "../edges/files/ground.ts";
import {
  apply,
  entriesOf,
  filesOfCommit,
  harness,
  leftBehind,
  looksOf,
  mostAtOnce,
  pathsOfTrees,
  projectOf,
  redone,
  removeContainers,
  root,
  startOf,
} from "./example-project.ts";
import type { Done, Project } from "./example-project.ts";
import { openRegistry } from "./registry.ts";
import type { Registry } from "./registry.ts";

const isLong = process.env["HARNESS_LONG"] === "1";

/** A run is done in half a minute, and in many times that where others use the machine. */
const runMs = 15 * 60_000;

/** An example, what its run tells of itself, and what must be in its result. */
interface Example {
  readonly name: string;
  readonly also?: (dir: string) => Promise<void>;
  /** Lines of the run, in any order. */
  readonly told: readonly RegExp[];
  /** What a task was told after an attempt: the task, and a part of it. */
  readonly feedback: readonly (readonly [task: string, text: string])[];
  /** Tasks that change one file side by side, and that file. Whoever comes second is told both versions. */
  readonly collide: { readonly tasks: readonly string[]; readonly file: string } | null;
  readonly result: Readonly<Record<string, unknown>>;
  /** What the setup makes, which is no part of any tree; null: there is no setup. */
  readonly made: string | null;
  /** Tarballs that the setup fetches, once for all runs. */
  readonly fetches: readonly string[];
  readonly tasks: number;
  readonly attempts: number;
  /** Where the second run is killed. */
  readonly killedAt: string;
}

let registry: Registry;

const bothVersionsOf = (file: string): RegExp =>
  new RegExp(`^  ${file}, as it is now:$[^]*^  ${file}, as you had it:$`, "m");

const examples: readonly Example[] = [
  {
    name: "owners",
    also: async (dir) => {
      await fetchFrom(dir);
      await mayReach(dir);
    },
    told: [
      /✗ nobody +fail goal-tests: /,
      /✗ (json|unowned) +conflicts with accepted work in 1 file$/m,
      /· json +pass kept$/m,
    ],
    feedback: [["nobody", "not ok"]],
    collide: { tasks: ["json", "unowned"], file: "src/cli.js" },
    result: {
      "owners.json": { mode: 0o644, text: expect.stringContaining('"src/rules.js": "tools"') as string },
      "bin/owners.js": { mode: 0o755, text: expect.any(String) as string },
      "src/cli.js": {
        mode: 0o644,
        text: expect.stringMatching(/"--list":.*"--json":.*"--unowned":/s) as string,
      },
    },
    made: "node_modules",
    fetches: ["/picomatch/-/picomatch-4.0.3.tgz", "/yaml/-/yaml-2.9.1.tgz"],
    tasks: 4,
    attempts: 6,
    killedAt: "append/after/task-accepted",
  },
  {
    name: "hours",
    told: [
      /✗ nights +fail past-midnight: exit 1: 22:15 to 01:40: wanted 205 minutes, got 1235 /,
      /· invoice +pass form$/m,
      /· letter +pass reads-well \(1\.00\)$/m,
    ],
    feedback: [["nights", "22:15 to 01:40: wanted 205 minutes, got 1235"]],
    collide: null,
    result: {
      "invoices/2026-10-lighthouse.json": {
        mode: 0o644,
        text: expect.stringContaining('"euros": "1225.25"') as string,
      },
      "invoices/2026-10-lighthouse.md": { mode: 0o644, text: expect.any(String) as string },
    },
    made: ".venv",
    fetches: [],
    tasks: 4,
    attempts: 5,
    killedAt: "append/before/verdict-given",
  },
  {
    name: "keep",
    told: [
      /✗ restore +fail round-trip: exit 1: .*Permission denied restore: exit 126$/m,
      /✗ (names|kinds) +conflicts with accepted work in 1 file$/m,
    ],
    feedback: [["restore", "/workspace/bin/restore: Permission denied"]],
    collide: { tasks: ["names", "kinds"], file: "bin/keep" },
    result: {
      "bin/keep": { mode: 0o755, text: expect.any(String) as string },
      "bin/restore": { mode: 0o755, text: expect.any(String) as string },
      "sample/current": { link: "to buy.txt" },
      "copies/1/current": { link: "to buy.txt" },
      "copies/1/show": { mode: 0o755, text: expect.any(String) as string },
      "copies/1/to buy.txt": { mode: 0o644, text: "milk\nbread\n" },
      "copies/1/two\nlines of it.txt": { mode: 0o644, text: "odd\n" },
    },
    made: null,
    fetches: [],
    tasks: 4,
    attempts: 6,
    killedAt: "append/after/integration-started",
  },
];

const change = async (path: string, how: (text: string) => string): Promise<void> =>
  writeFile(path, how(await readFile(path, "utf8")));

/** The packages come from the registry of this test. */
const fetchFrom = async (dir: string): Promise<void> =>
  change(join(dir, "workspace", "package-lock.json"), registry.relocked);

/** The setup may reach that registry. */
const mayReach = async (dir: string): Promise<void> =>
  change(join(dir, "goal.md"), (text) => text.replace("registry.npmjs.org", `"${registry.host}"`));

describeCampaign("an example", () => {
  beforeAll(async () => {
    const packages = ["picomatch", "yaml"].map((name) => join(root, "node_modules", name));
    registry = await openRegistry(packages, tempDir());
  }, runMs);
  afterAll(async () => registry.close());

  describe.each(examples)("$name", (example) => {
    let project: Project;
    let before: ReturnType<typeof looksOf>;
    let first: Done;
    let id: string;
    let result: ReturnType<typeof readFiles>;
    /** How much had been asked of the registry before the first run. */
    let askedBefore: number;

    const told = async (task: string): Promise<string> =>
      (await harness(project, ["show", id, "--task", task])).out;

    const exported = async (run: string): Promise<string> => {
      const to = join(tempDir(), "result");
      expect(await harness(project, ["export", run, "--to", to])).toMatchObject({ code: 0 });
      return to;
    };

    beforeAll(async () => {
      project = await projectOf(example.name, example.also);
      before = looksOf(project);
      askedBefore = registry.asked.length;
      first = await harness(project, ["run", "goal.md"]);
      if (first.code !== 0) throw new Error(`exit ${first.code}:\n${first.err}`);
      id = runId(first.err);
      result = readFiles(await exported(id));
    }, runMs);
    afterAll(async () => removeContainers(project));

    test("is met, by the way its script takes", async () => {
      for (const line of example.told) expect(first.err).toMatch(line);
      expect(first.err).toContain(
        ` tasks      ${example.tasks} of ${example.tasks} accepted in ${example.attempts} attempts\n`,
      );
      for (const [task, text] of example.feedback) expect(await told(task)).toContain(text);
      const { tasks, file } = example.collide ?? { tasks: [], file: "" };
      const stories = await Promise.all(tasks.map(told));
      expect(stories.filter((story) => bothVersionsOf(file).test(story))).toHaveLength(tasks.length / 2);
      expect(mostAtOnce(await entriesOf(project, id))).toBeGreaterThanOrEqual(2);
      expect(await harness(project, ["audit", id])).toMatchObject({ code: 0, err: "" });
    });

    test("leaves the files it is about, and nothing of what it was told to leave out", async () => {
      expect(result).toMatchObject({
        ...example.result,
        "later.txt": { mode: 0o644, text: "not committed either\n" },
        "README.md": { text: expect.stringContaining("A line that is not committed.") as string },
      });
      const outside = [".env", ".git", ...(example.made === null ? [] : [example.made])];
      const paths = [...(await pathsOfTrees(project, id)), ...Object.keys(result)];
      expect(paths).toContain("later.txt");
      expect(paths.filter((path) => outside.includes(path.split("/")[0] ?? ""))).toEqual([]);
      expect(first.err).toMatch(/^ left out +\.env /m);
    });

    test("is a patch that makes the result of what came in", async () => {
      const { code, out, err } = await harness(project, ["diff", id]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const start = await startOf(project);
      apply(out, start);
      expect(readFiles(start)).toEqual(result);
    });

    test("leaves the person's directory, and neither a container nor a slot", async () => {
      expect(looksOf(project)).toEqual(before);
      expect(await leftBehind(project)).toEqual({ containers: [], slots: [] });
    });

    test("killed once and resumed, comes to the same files", { timeout: runMs }, async ({ skip }) => {
      skip(!isLong && example.fetches.length === 0, "HARNESS_LONG=1 kills each example");
      const killed = await harness(project, ["run", "goal.md"], example.killedAt);
      expect(killed).toMatchObject({ signal: "SIGKILL" });
      expect(registry.asked.slice(askedBefore).toSorted()).toEqual(example.fetches);
      if (example.made !== null) {
        expect(first.err).toMatch(/^ sandbox .* · setup `.*` done · /m);
        expect(killed.err).toMatch(/^ sandbox .* · setup `.*` from cache · /m);
      }
      const again = runId(killed.err);
      expect((await leftBehind(project)).containers).not.toEqual([]);
      const resumed = await harness(project, ["resume", again]);
      expect(resumed).toMatchObject({ code: 0, err: expect.stringContaining(" met  ") as string });
      expect(readFiles(await exported(again))).toEqual(result);
      expect(redone(await entriesOf(project, again))).toEqual([]);
      expect(await harness(project, ["audit", again])).toMatchObject({ code: 0, err: "" });
      expect(await leftBehind(project)).toEqual({ containers: [], slots: [] });
      expect(looksOf(project)).toEqual(before);
    });

    // Last: it writes into the repository.
    test("is a branch with what the run changed, on top of the commit it started from", async () => {
      const { workspace } = project;
      const start = readFiles(await startOf(project));
      // What was not committed is the person's own, and in no commit of ours.
      const committed = filesOfCommit(project, "main");
      const isNew = ([path, file]: [string, unknown]): boolean => !isDeepStrictEqual(file, start[path]);
      const changed = Object.entries(result).filter(isNew);
      expect(await harness(project, ["export", id, "--branch", "agent/result"])).toMatchObject({ code: 0 });
      expect(filesOfCommit(project, "agent/result")).toEqual({
        ...committed,
        ...Object.fromEntries(changed),
      });
      expect(git(workspace, "rev-parse", "agent/result^")).toBe(git(workspace, "rev-parse", "main"));
      expect(looksOf(project).status).toBe(before.status);
    });
  });

  test(
    "owners without its registry among the hosts says which host was refused",
    { timeout: runMs },
    async () => {
      const project = await projectOf("owners", fetchFrom);
      const before = looksOf(project);
      const { code, out, err } = await harness(project, ["run", "goal.md"]);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(/^harness: sandbox\.setup: `npm ci --no-audit --no-fund` failed: exit 1$/m);
      expect(err).toContain(
        `\nit was kept from reaching ${registry.host}: name it in sandbox.setup.network if it should\n`,
      );
      expect((await harness(project, ["runs"])).out).not.toContain("owns");
      expect(looksOf(project)).toEqual(before);
      expect(await leftBehind(project)).toEqual({ containers: [], slots: [] });
    },
  );
});
