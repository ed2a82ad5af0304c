import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readGoal } from "../../../src/edges/project/goal-file.ts";
import { initProject } from "../../../src/edges/project/init.ts";
import { readProject } from "../../../src/edges/project/project-file.ts";
import { listRubrics } from "../../../src/edges/project/resolve.ts";
import { fill, folder, refusal } from "./folder.ts";

const ownDockerfile = join(import.meta.dirname, "../../../sandbox/Dockerfile");
const paths = [
  "harness.yaml",
  "goal.md",
  "rubrics/overview.yaml",
  "prompts/README.md",
  "tasks/README.md",
  "sandbox/Dockerfile",
  "schemas/goal.json",
  "schemas/harness.json",
  "schemas/rubric.json",
  ".gitignore",
];

describe("initProject", () => {
  test("makes a project that reads well, in a directory that is not there yet", async () => {
    const dir = join(await folder(), "a/new");
    expect(await initProject(dir)).toEqual(paths.map((path) => ({ path, state: "written" })));
    expect((await readProject(dir)).spec.budget).toEqual({ money: 5, wall: "2h" });
    const goal = await readGoal(join(dir, "goal.md"));
    expect(goal.title).toBe("An overview of this project");
    expect(goal.checks.map(({ id }) => id)).toEqual(["overview", "short", "links", "reads-well"]);
    expect((await listRubrics(dir)).map(({ rubric }) => rubric)).toContain("overview");
    expect(await readFile(join(dir, ".gitignore"), "utf8")).toBe(".harness/\n");
  });

  test("the settings it shows as comments are valid", async () => {
    const dir = await folder();
    await initProject(dir);
    const shown = await readFile(join(dir, "harness.yaml"), "utf8");
    const used = shown.replaceAll(/^# (?=model:|models:|concurrency:|workspace:|approvals:)/gm, "");
    await fill(dir, { "harness.yaml": used });
    const { spec } = await readProject(dir);
    expect(Object.keys(spec).toSorted()).toEqual([
      "approvals",
      "budget",
      "concurrency",
      "model",
      "models",
      "workspace",
    ]);
  });

  test("the Dockerfile it writes builds the image that comes with harness", async () => {
    const dir = await folder();
    await initProject(dir);
    const steps = async (file: string): Promise<string> =>
      (await readFile(file, "utf8")).replaceAll(/^#.*\n/gm, "");
    expect(await steps(join(dir, "sandbox/Dockerfile"))).toBe(await steps(ownDockerfile));
  });

  test("never overwrites, and a second time writes nothing", async () => {
    const mine: Record<string, string> = {
      "goal.md": "Mine.",
      "harness.yaml": "model: x\n",
      "sandbox/Dockerfile": "FROM x",
      ".gitignore": "node_modules/",
    };
    const dir = await folder(mine);
    const first = await initProject(dir);
    expect(Object.fromEntries(first.map(({ path, state }) => [path, state]))).toEqual({
      "harness.yaml": "kept",
      "goal.md": "kept",
      "rubrics/overview.yaml": "written",
      "prompts/README.md": "written",
      "tasks/README.md": "written",
      "sandbox/Dockerfile": "kept",
      "schemas/goal.json": "written",
      "schemas/harness.json": "written",
      "schemas/rubric.json": "written",
      ".gitignore": "added",
    });
    expect(await readFile(join(dir, ".gitignore"), "utf8")).toBe("node_modules/\n.harness/\n");
    for (const path of ["goal.md", "harness.yaml", "sandbox/Dockerfile"])
      expect(await readFile(join(dir, path), "utf8")).toBe(mine[path]);
    expect((await initProject(dir)).every(({ state }) => state === "kept")).toBe(true);
    expect(await readFile(join(dir, ".gitignore"), "utf8")).toBe("node_modules/\n.harness/\n");
  });

  test.for(["/.harness\r\n", "a\n.harness", ".harness/  \nb"])(
    "takes %j for ignored already",
    async (text) => {
      const dir = await folder({ ".gitignore": text });
      expect((await initProject(dir)).at(-1)).toEqual({ path: ".gitignore", state: "kept" });
      expect(await readFile(join(dir, ".gitignore"), "utf8")).toBe(text);
    },
  );

  test("writes through no link", async () => {
    const [dir, outside] = [await folder(), await folder({ ignore: "x\n" })];
    await symlink(join(outside, "goal.md"), join(dir, "goal.md"));
    await symlink(join(outside, "ignore"), join(dir, ".gitignore"));
    const states = new Map((await initProject(dir)).map(({ path, state }) => [path, state]));
    expect([states.get("goal.md"), states.get(".gitignore")]).toEqual(["kept", "kept"]);
    expect(await readdir(outside)).toEqual(["ignore"]);
    expect(await readFile(join(outside, "ignore"), "utf8")).toBe("x\n");
  });

  test("renews a schema of another version, and leaves one of a person's own", async () => {
    const dir = await folder({ "schemas/rubric.json": '{ "mine": true }' });
    await initProject(dir);
    const goal = join(dir, "schemas/goal.json");
    const now = await readFile(goal, "utf8");
    await fill(dir, { "schemas/goal.json": now.replace('"workspace"', '"workshop"') });
    const states = new Map((await initProject(dir)).map(({ path, state }) => [path, state]));
    expect(["goal", "harness", "rubric"].map((name) => states.get(`schemas/${name}.json`))).toEqual([
      "written",
      "kept",
      "kept",
    ]);
    expect(await readFile(goal, "utf8")).toBe(now);
    expect(await readFile(join(dir, "schemas/rubric.json"), "utf8")).toBe('{ "mine": true }');
  });

  test("refuses before it writes anything", async () => {
    const dir = await folder({ "a/schemas": "a file" });
    await refusal(dir, initProject(join(dir, "a")));
    expect(await readdir(join(dir, "a"))).toEqual(["schemas"]);
  });

  test("refuses a place where it cannot write", async () => {
    const dir = await folder({ file: "", "b/rubrics": "" });
    expect(await refusal(dir, initProject(join(dir, "file")))).toBe(
      "DIR/file/harness.yaml: a file stands where its folder should be; move it away",
    );
    expect(await refusal(dir, initProject(join(dir, "b")))).toBe(
      "DIR/b/rubrics/overview.yaml: a file stands where its folder should be; move it away",
    );
  });
});

/** The goal's own commands, run by a real shell: they must fail before the work and tell good work from bad. */
describe("the checks of the first goal", () => {
  async function run(overview: string | null, id: string): Promise<number> {
    const dir = await folder();
    await initProject(dir);
    if (overview !== null) await fill(dir, { "OVERVIEW.md": overview });
    await mkdir(join(dir, "src"));
    const check = (await readGoal(join(dir, "goal.md"))).checks.find((found) => found.id === id);
    if (check?.type !== "command") throw new Error(`${id} is no command`);
    try {
      execFileSync("bash", ["-c", check.run], { cwd: dir, stdio: "ignore" });
      return 0;
    } catch (error) {
      return (error as { status: number }).status;
    }
  }

  const good =
    "# Overview\n\nSee [the goal](./goal.md) and [code](./src/), also [web](https://example.com).\n";
  const cases: readonly (readonly [id: string, what: string, overview: string | null, passes: boolean])[] = [
    ["links", "good", good, true],
    ["links", "no file", null, false],
    ["links", "no link", "words", false],
    ["links", "a dead link", `[gone](./gone.md)\n${good}`, false],
    ["short", "good", good, true],
    ["short", "no file", null, false],
    ["short", "81 lines", "x\n".repeat(81), false],
  ];
  test.for(cases)("%s: %s", async ([id, , overview, passes]) => {
    expect((await run(overview, id)) === 0).toBe(passes);
  });
});
