import { describe, expect, it, onTestFinished } from "vitest";
import type { Json } from "../../src/core/canonical.ts";
import type { Entry } from "../../src/core/event.ts";
import type { RunState } from "../../src/core/run.ts";
import { describeDocker, sandboxImage } from "../docker.ts";
import type { Files } from "../cli/ground.ts";
import { call, plan, submit } from "../loop/ground.ts";
import { bodies, realRun, told } from "./real-run.ts";
import type { RealRun, Seen } from "./real-run.ts";

/** A task as its worker does it. */
interface Job {
  readonly id: string;
  readonly needs?: readonly string[];
  readonly checks: readonly Json[];
  /** The command of an attempt. */
  readonly does: (attempt: number) => string;
  /** What its worker waits for before it begins. */
  readonly after?: (state: RunState, attempt: number) => boolean;
}

const holds = (run: string): Json => ({ type: "command", run });
const stays = (run: string): Json => ({ type: "command", run, guard: true });

describeDocker("integration", () => {
  /** Runs these tasks side by side until the run stands. */
  async function integrated(
    jobs: readonly Job[],
    options: { files: Files; checks?: readonly Json[]; setup?: string },
  ): Promise<{ run: RealRun; entries: readonly Entry[]; briefs: ReadonlyMap<string, string> }> {
    const byId = new Map(jobs.map((job) => [job.id, job]));
    const briefs = new Map<string, string>();
    const { files, checks = [], setup } = options;
    const run = await realRun({
      files,
      goal: {
        // Neither a collision nor a regression uses one up.
        attempts: 1,
        concurrency: 4,
        sandbox: {
          kind: "docker",
          image: await sandboxImage(),
          memory: "256m",
          cpus: 2,
          ...(setup === undefined ? {} : { setup: { run: setup, network: [] } }),
        },
        checks: [{ path: "readme.txt" }, ...checks],
      },
      says: async (asked, seen: Seen) => {
        const [role, id = "", attempt = ""] = asked.thread.split("/");
        const job = byId.get(id);
        if (role === "plan" || job === undefined) return [plan(...jobs.map(taskOf))];
        briefs.set(`${id}/${attempt}`, told(asked));
        if (asked.turn > 1) return [submit()];
        await seen((state) => job.after?.(state, Number(attempt)) ?? true);
        return [call("bash", { command: job.does(Number(attempt)) })];
      },
    });
    onTestFinished(run.remove, 120_000);
    expect(await run.go()).toBe("ended");
    expect(run.state.outcome).toBe("met");
    return { run, entries: await run.entries(), briefs };
  }

  const isAccepted = (state: RunState, id: string): boolean => state.tasks.get(id)?.status === "accepted";

  it("different files merge, with modes and links; what is ignored or installed never collides", async () => {
    const spoils = (id: string): string =>
      `mkdir -p build src/__pycache__ && echo ${id} | tee build/out src/__pycache__/x.pyc node_modules/tool.js > node_modules/.cache`;
    const { run, entries } = await integrated(
      [
        {
          id: "one",
          checks: [holds("test -x tool.sh")],
          does: () => `chmod 755 tool.sh && mkdir -p new && echo one > new/one.txt && ${spoils("one")}`,
        },
        {
          id: "two",
          checks: [holds("grep -q two new/two.txt && test -L link && grep -q 1 node_modules/tool.js")],
          does: () => `mkdir -p new && echo two > new/two.txt && ln -s new/two.txt link && ${spoils("two")}`,
        },
        {
          id: "three",
          checks: [holds("! test -e old && test -f folder")],
          does: () => `rm -r old folder && echo now > folder && ${spoils("three")}`,
        },
      ],
      {
        files: {
          ".gitignore": "build/\n",
          "tool.sh": "echo tool\n",
          "old/a.txt": "a\n",
          "folder/b.txt": "b\n",
          "src/kept.txt": "kept\n",
        },
        setup: "mkdir node_modules && echo 1 > node_modules/tool.js",
      },
    );
    expect(outcomes(entries)).toEqual(["fast", "merged", "merged"]);
    expect(await run.files(run.state.head)).toEqual([
      ".gitignore 644",
      "folder 644",
      "link -> new/two.txt",
      "new/one.txt 644",
      "new/two.txt 644",
      "readme.txt 644",
      "src/kept.txt 644",
      "tool.sh 755",
    ]);
  });

  it("the same file collides: both versions are told; after two collisions a task works alone", async () => {
    const ids = ["left", "middle", "right"];
    const { entries, briefs } = await integrated(
      ids.map((id) => ({
        id,
        checks: [holds(`grep -qx ${id} shared.txt`)],
        does: () => `echo ${id} >> shared.txt`,
        // All that are left begin before one of them ends: they start from the same head.
        after: (state, attempt) =>
          ids.every((one) => isAccepted(state, one) || hasBegun(state, one, attempt)),
      })),
      { files: { "shared.txt": "first\n" } },
    );
    const ends = bodies(entries, "attempt-ended");
    const ended = (outcome: string): readonly string[] =>
      ends.filter((one) => one.outcome === outcome).map(({ task, attempt }) => `${task}/${attempt}`);
    const [first, second, third] = ended("accepted").map((one) => one.split("/")[0] ?? "");
    expect(ended("accepted")).toEqual([`${first}/1`, `${second}/2`, `${third}/3`]);
    expect(ended("conflict").toSorted()).toEqual([`${second}/1`, `${third}/1`, `${third}/2`].toSorted());
    expect(ends).toHaveLength(6);
    const alone = bodies(entries, "attempt-started").filter((one) => one.alone);
    expect(alone.map(({ task, attempt }) => `${task}/${attempt}`)).toEqual([`${third}/3`]);
    const feedback = briefs.get(`${third}/3`) ?? "";
    expect(feedback).toContain(`shared.txt, as it is now:\\nfirst\\n${first}\\n${second}`);
    expect(feedback).toContain(`shared.txt, as you had it:\\nfirst\\n${first}\\n${third}`);
  });

  it("a file that one deletes and another edits collides, whoever comes first", async () => {
    const { run, entries, briefs } = await integrated(
      [
        {
          id: "deletes",
          checks: [holds("! test -e a.txt && ! test -e b.txt")],
          does: () => "rm a.txt b.txt",
          after: (state) => hasBegun(state, "edits", 1),
        },
        {
          id: "edits",
          checks: [holds("grep -q new c.txt")],
          does: (attempt) => (attempt === 1 ? "echo new | tee -a a.txt > c.txt" : "echo new > c.txt"),
          after: (state, attempt) => attempt > 1 || isAccepted(state, "deletes"),
        },
      ],
      { files: { "a.txt": "a\n", "b.txt": "b\n" } },
    );
    expect(outcomes(entries)).toEqual(["fast", "conflict", "fast"]);
    expect(briefs.get("edits/2")).toContain("a.txt, as it is now:\\n(not there)");
    expect(briefs.get("edits/2")).toContain("a.txt, as you had it:\\na\\nnew");
    expect(await run.files(run.state.head)).toEqual(["c.txt 644", "readme.txt 644"]);
  });

  describe("no path overlaps, and the merge breaks", () => {
    const files = {
      "prices.py": "def price():\n    return 5\n",
      "main.py": "from prices import price\nprint(price())\n",
      "config.txt": "keep\n",
    };
    const renames: Job = {
      id: "renames",
      checks: [holds("grep -q cost prices.py")],
      does: () => "sed -i s/price/cost/ prices.py && sed -i 's/import price/import cost as price/' main.py",
    };
    const uses = (check: Json): Job => ({
      id: "uses",
      checks: [holds("test -e report.py"), check],
      does: (attempt) =>
        `echo 'from prices import ${attempt === 1 ? "price" : "cost"} as it; print(it())' > report.py`,
      after: (state, attempt) => attempt > 1 || isAccepted(state, "renames"),
    });

    it("a check of its own", async () => {
      const { entries, briefs } = await integrated([renames, uses(holds("python3 report.py"))], { files });
      expect(outcomes(entries)).toEqual(["fast", "regressed", "fast"]);
      expect(briefs.get("uses/2")).toContain("cannot import name 'price'");
    });

    it("a guard of the goal", async () => {
      const all = "for file in *.py; do python3 $file || exit 1; done";
      const { entries, briefs } = await integrated([renames, uses(holds("grep -q it report.py"))], {
        files,
        checks: [{ run: all, guard: true }],
      });
      expect(outcomes(entries)).toEqual(["fast", "regressed", "fast"]);
      expect(briefs.get("uses/2")).toContain("cannot import name 'price'");
    });

    it("a guard of an accepted task", async () => {
      const { run, entries, briefs } = await integrated(
        [
          {
            id: "keeps",
            checks: [holds("test -e kept.txt"), stays("grep -q keep config.txt")],
            does: () => "echo kept > kept.txt",
            after: (state) => hasBegun(state, "breaks", 1),
          },
          {
            id: "breaks",
            checks: [holds("grep -q new config.txt")],
            does: (attempt) => (attempt === 1 ? "echo new > config.txt" : "echo new >> config.txt"),
            after: (state, attempt) => attempt > 1 || isAccepted(state, "keeps"),
          },
        ],
        { files },
      );
      expect(outcomes(entries)).toEqual(["fast", "regressed", "fast"]);
      expect(briefs.get("breaks/2")).toContain("grep -q keep config.txt");
      expect(run.state.tasks.get("breaks")?.status).toBe("accepted");
    });
  });
});

/** From which head it starts is settled then. */
const hasBegun = (state: RunState, id: string, attempt: number): boolean =>
  (state.tasks.get(id)?.attempts ?? 0) >= attempt;

const taskOf = ({ id, needs = [], checks }: Job): Json => ({
  id,
  title: `do ${id}`,
  instructions: `do ${id}`,
  needs: [...needs],
  criteria: [...checks],
});

/** How the integrations ended, in order. */
const outcomes = (entries: readonly Entry[]): readonly string[] =>
  bodies(entries, "integration-ended").map(({ outcome }) => outcome);
