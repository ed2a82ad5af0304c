import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { fill, folder, harness, runId } from "./ground.ts";
import type { Done, Person } from "./ground.ts";
import { checkedGreeting, greeting } from "./stories.ts";

const terminal = { columns: 100, rows: 40, write: () => undefined };

/** What a person at a terminal comes to who presses these keys. */
const runWith = async (dir: string, person: Person): Promise<Done> =>
  harness(dir, ["run", "goal.md"], { terminal, person });

/** In the editor, this becomes that. */
const replace =
  (text: string | RegExp, by: string) =>
  async (file: string): Promise<number> => {
    await writeFile(file, (await readFile(file, "utf8")).replace(text, by));
    return 0;
  };

describe("the plan at a terminal", () => {
  test("is shown with criteria, forecast and budget, and starts at enter", async () => {
    const dir = await folder(checkedGreeting({ price: { input: 1, output: 5 } }, { budget: { money: 4 } }));
    const { code, err } = await runWith(dir, { presses: ["enter"] });
    expect(code).toBe(0);
    expect(err).toMatch(
      /^ plan {7}1 task, up to 3 at once · forecast \$0\.0\d+–0\.\d+, 1–7 min · budget \$4\.00$/m,
    );
    expect(err).toContain("\n            greet   greeting.txt greets\n");
    expect(err).toContain(
      "\n              done when `grep -i hello greeting.txt || { echo no hello; exit 1; }` exits with 0\n",
    );
    expect(err).toContain("[enter] start   [v]iew   [e]dit   [q]uit\n");
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("in full at v: instructions and whole programs", async () => {
    const dir = await folder(greeting({}));
    const { code, err } = await runWith(dir, { presses: ["x", "v", "enter"] });
    expect(code).toBe(0);
    expect(err).toContain('            "x" is none of them\n');
    expect(err).toContain("\n    One friendly line in greeting.txt.\n");
  });

  test("proposed checks of a goal without its own are shown as such", async () => {
    const dir = await folder(
      greeting(
        {
          "plan/1": [
            {
              submit_plan: {
                tasks: [
                  {
                    id: "greet",
                    title: "it greets",
                    instructions: "Greet.",
                    criteria: [{ type: "file", path: "greeting.txt" }],
                  },
                ],
                checks: [{ id: "there", type: "file", path: "greeting.txt" }],
              },
            },
          ],
        },
        { checks: [] },
      ),
    );
    const { code, err } = await runWith(dir, { presses: ["enter"] });
    expect(code).toBe(0);
    expect(err).toContain("\n checks     the goal names none; proposed by the planner:\n");
    expect(err).toContain("\n            there   done when the file greeting.txt exists\n");
  });

  test.each(["q", "ctrl-c", "end"])(
    "%s leaves the run waiting; another terminal approves the plan",
    async (key) => {
      const dir = await folder(greeting({}));
      const left = await runWith(dir, { presses: [key] });
      expect(left.code).toBe(3);
      expect(left.err).toMatch(/^ \? {2}p\d+ {2}plan 1 of 1 tasks? waits for its review/m);
      const short = /harness approvals approve \w+\/(p\d+)/.exec(left.err)?.[1] ?? "";
      expect((await harness(dir, ["approvals", "approve", short])).code).toBe(0);
      const resumed = await harness(dir, ["resume"]);
      expect([resumed.code, (await harness(dir, ["audit"])).code]).toEqual([0, 0]);
    },
  );

  test("a resume at a terminal asks again", async () => {
    const dir = await folder(greeting({}));
    await runWith(dir, { presses: ["q"] });
    const resumed = await harness(dir, ["resume"], { terminal, person: { presses: ["enter"] } });
    expect(resumed.err).toContain("[enter] start");
    expect(resumed.code).toBe(0);
  });

  test("rejected with a note goes back to the planner, which makes another", async () => {
    const second = greeting({}, {})["script.yaml"] ?? "";
    const { "plan/*": plan } = JSON.parse(second) as { "plan/*": unknown };
    const dir = await folder(greeting({ "plan/1": plan, "plan/2": plan }));
    const left = await runWith(dir, { presses: ["q"] });
    const short = /harness approvals reject \w+\/(p\d+)/.exec(left.err)?.[1] ?? "";
    expect((await harness(dir, ["approvals", "reject", short, "--note", "smaller"])).code).toBe(0);
    const again = await harness(dir, ["resume"], { terminal, person: { presses: ["enter"] } });
    expect(again.code).toBe(0);
    const { tasks } = JSON.parse((await harness(dir, ["show", "--json"])).out) as { tasks: unknown[] };
    expect(tasks).toHaveLength(1);
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("nobody is asked with --yes, with --json, and without a keyboard", async () => {
    for (const [args, seat] of [
      [["--yes"], { terminal, person: { presses: [] } }],
      [["--json"], { terminal, person: { presses: [] } }],
      [[], { terminal }],
    ] as const) {
      const dir = await folder(greeting({}));
      const { code, err } = await harness(dir, ["run", "goal.md", ...args], seat);
      expect([code, err.includes("[enter]")]).toEqual([0, false]);
    }
  });
});

describe("the plan in an editor", () => {
  test("what was edited is tried, adopted, and worked on", async () => {
    const dir = await folder(greeting({}));
    const { code, err } = await runWith(dir, {
      presses: ["e"],
      edits: replace("greeting.txt greets", "a file that greets warmly"),
    });
    expect(code).toBe(0);
    expect(err).toContain("trying its criteria on the workspace as it is …\n");
    const shown = await harness(dir, ["show", "--task", "greet"]);
    expect(shown.out).toContain("a file that greets warmly");
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("left as it was changes nothing", async () => {
    const dir = await folder(greeting({}));
    const { code, err } = await runWith(dir, { presses: ["e", "enter"], edits: async () => 0 });
    expect(code).toBe(0);
    expect(err).toContain("            the plan is as it was\n");
  });

  test.each([
    [/instructions: .*/, "instrctions: x", /plan\.yaml:\d+: .*instrctions.*instructions/],
    [/needs: \[\]/, "needs: [nobody]", /task "greet" needs "nobody", which is no task/],
    [/run: .*\n/, "run: 'true'\n", /passes already, before any work/],
    [/run: .*\n/, "run: nosuchprogram\n", /the program "nosuchprogram" is not in the sandbox/],
    [/^tasks:[\s\S]*/m, "tasks: [", /plan\.yaml:\d+: /],
  ])("%s → %s is told with its line, and can be mended or discarded", async (from, to, told) => {
    const dir = await folder(to.startsWith("run:") ? checkedGreeting({}) : greeting({}));
    const { code, err } = await runWith(dir, { presses: ["e", "d", "enter"], edits: replace(from, to) });
    expect(err).toMatch(told);
    expect(err).toContain("[e]dit again   [d]iscard what was edited\n");
    expect(code).toBe(0);
  });

  test("an editor that fails is told, and the plan stays", async () => {
    const dir = await folder(greeting({}));
    const { code, err } = await runWith(dir, { presses: ["e", "enter"], edits: async () => 127 });
    expect(err).toContain("ended with exit 127; nothing was changed; set EDITOR to another one\n");
    expect(code).toBe(0);
  });
});

describe("a plan of the goal file's own", () => {
  const own = `tasks:
  - id: greet
    instructions: One friendly line in greeting.txt.
    criteria:
      - { path: greeting.txt }
`;
  /** The planner would fail if it were asked. */
  const planned = (plan: string): Record<string, string> => ({
    ...greeting({ "plan/*": [{ say: "nobody asked me" }] }, { plan: "plan.yaml" }),
    "plan.yaml": plan,
  });

  test("is worked on without asking the planner", async () => {
    const dir = await folder(planned(own));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(0);
    expect(err).toContain("plan: 1 task");
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("is reviewed at a terminal like any other", async () => {
    const dir = await folder(planned(own));
    const { code, err } = await runWith(dir, { presses: ["enter"] });
    expect(code).toBe(0);
    expect(err).toContain("            greet   greet\n");
  });

  test.each([
    ["", /^harness: plan\.yaml:1: .*tasks/],
    ["tasks: []\n", /^harness: plan\.yaml:1: /],
    [own.replace("criteria", "critera"), /^harness: plan\.yaml:4: .*critera.*criteria/],
    [own.replace("path:", "paht:"), /^harness: plan\.yaml:5: .*paht.*path/],
    [own.replace("greet\n", "../greet\n"), /^harness: plan\.yaml:2: /],
    [
      own.replace("path: greeting.txt", 'run: "true"'),
      /plan\.yaml: task "greet", criterion "c1" passes already/,
    ],
    [
      own.replace("instructions", "needs: [nobody]\n    instructions"),
      /plan\.yaml: task "greet" needs "nobody"/,
    ],
  ])("%j is refused before the run begins, exit 2", async (plan, told) => {
    const dir = await folder(planned(plan));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(2);
    expect(err.replaceAll(`${dir}/`, "")).toMatch(told);
    expect((await harness(dir, ["runs"])).out).not.toMatch(/^ \w{4} /m);
  });

  test("that is not there is told with its name", async () => {
    const dir = await folder(greeting({}, { plan: "plan.yaml" }));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect([code, err.trimEnd().split("\n").length]).toEqual([2, 1]);
    expect(err).toContain("plan.yaml");
  });

  test("a task of it that does not work out is a person's to change", async () => {
    const dir = await folder(planned(own.replace("path: greeting.txt", "path: farewell.txt")));
    const { code, err } = await harness(dir, ["run", "goal.md"]);
    expect(code).toBe(3);
    expect(err).toContain(`harness approvals replan`);
    await fill(dir, { "plan.yaml": "changed later\n" });
    expect((await harness(dir, ["show", runId(err), "--json"])).code).toBe(0);
  });
});
