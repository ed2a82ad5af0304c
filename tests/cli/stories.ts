import type { Files } from "./ground.ts";

type Turn = Readonly<Record<string, unknown>>;
type Script = Readonly<Record<string, unknown>>;

const submit = (summary: string, open_questions: readonly string[] = []): Turn => ({
  submit: { summary, artifacts: ["greeting.txt"], decisions: [], open_questions, confidence: 1 },
});
const write = (content: string, path = "greeting.txt"): Turn => ({ write_file: { path, content } });

/** A worker that writes this into greeting.txt and submits. */
export const writes = (content: string, asks: readonly string[] = []): readonly Turn[] => [
  write(content),
  submit(`greeting.txt says ${content}`, asks),
];

/** A worker that writes a file nobody asked for. */
export const misses: readonly Turn[] = [write("Goodbye.", "farewell.txt"), submit("It is a farewell.")];

const planOf = (id: string, criterion: Turn): readonly Turn[] => [
  {
    submit_plan: {
      tasks: [
        {
          id,
          title: "greeting.txt greets",
          instructions: "One friendly line in greeting.txt.",
          criteria: [{ id: "says-hello", ...criterion }],
        },
      ],
    },
  },
];

/** A project whose one goal is a greeting, with a model that says what `script` says (JSON is YAML). */
const project = (
  script: Script,
  front: Readonly<Record<string, unknown>>,
  plan: readonly Turn[],
  check: Turn,
): Files => ({
  "goal.md": `---\n${JSON.stringify({
    model: "scripted/script.yaml",
    sandbox: { kind: "embedded" },
    checks: [{ id: "greets", ...check }],
    ...front,
  })}\n---\n# A greeting\n\nWrite greeting.txt: one friendly line.\n`,
  "script.yaml": JSON.stringify({ "plan/*": plan, "task/greet/*": writes("Hello."), ...script }),
});

/**
 * Judged by whether greeting.txt is there: a shell for each look, which is most of what a run costs, is not started.
 * For tests that are not about judging.
 */
export const greeting = (script: Script, front: Readonly<Record<string, unknown>> = {}): Files =>
  project(script, front, planOf("greet", { type: "file", path: "greeting.txt" }), { path: "greeting.txt" });

/** Judged by commands, which look for a hello in it. */
export const checkedGreeting = (script: Script, front: Readonly<Record<string, unknown>> = {}): Files =>
  project(
    script,
    front,
    planOf("greet", { type: "command", run: "grep -i hello greeting.txt || { echo no hello; exit 1; }" }),
    { run: "grep -qi hello greeting.txt" },
  );

/** Every attempt but the third misses its mark, so that a person is asked after the first and its one replan. */
export const hopeless = greeting(
  { "task/greet/*": misses, "task/greet/3": writes("Hello at last.") },
  { attempts: 1 },
);

/** All tasks are accepted, yet the goal's own check can never hold. */
export const unreachable = greeting(
  {
    "plan/2": planOf("again", { type: "file", path: "again.txt" }),
    "task/again/*": [write("Hello again.", "again.txt"), submit("again")],
  },
  { checks: [{ id: "never", path: "never.txt" }] },
);

/** Costs more than its budget allows before anything was asked. */
export const poor = greeting({ price: { input: 1, output: 5 } }, { budget: { money: 0.01 } });

/** The provider refuses the first request of the worker, once. */
export const refusedOnce = greeting({
  "task/greet/*": [
    { fail: { class: "auth", message: "the key was taken back", times: 1 }, ...write("Hello.") },
    writes("Hello.")[1],
  ],
});

/** Each answer of the worker takes this long. */
export const slow = (ms: number): Files =>
  greeting({ "task/greet/*": writes("Hello.").map((turn) => ({ delay_ms: ms, ...turn })) });

const many = Array.from({ length: 8 }, (_, index) => `part-${String(index + 1).padStart(2, "0")}`);

/** More tasks than a small screen has lines, each with a title that a narrow one cuts. */
export const wide: Files = {
  ...greeting(
    {
      "plan/1": [
        {
          submit_plan: {
            tasks: many.map((id, index) => ({
              id,
              title: `${id}: a title that says rather more than fits into a narrow window, ${"日本語 ".repeat(6)}`,
              needs: index === 0 ? [] : ["part-01"],
              instructions: "Write it.",
              criteria: [{ id: "there", type: "file", path: `${id}.txt` }],
            })),
          },
        },
      ],
      ...Object.fromEntries(
        many.map((id) => [`task/${id}/*`, [{ write_file: { path: `${id}.txt`, content: id } }, submit(id)]]),
      ),
    },
    { checks: [{ id: "all", path: "part-08.txt" }], concurrency: 4 },
  ),
};

/** Four tasks: two after the first, side by side, and one after them. The one in the middle can be watched. */
export const chain: Files = greeting(
  {
    "plan/1": [
      {
        submit_plan: {
          tasks: [
            ["clean", []],
            ["report", ["clean"]],
            ["chart", ["clean"]],
            ["index", ["report", "chart"]],
          ].map(([id, needs]) => ({
            id,
            title: `what ${String(id)} is about`,
            needs,
            instructions: "Write it.",
            criteria: [{ id: "there", type: "file", path: `${String(id)}.txt` }],
          })),
        },
      },
    ],
    ...Object.fromEntries(
      ["clean", "report", "chart", "index"].map((id) => [
        `task/${id}/*`,
        [{ delay_ms: id === "report" ? 3_000 : 0, ...write(id, `${id}.txt`) }, submit(id)],
      ]),
    ),
  },
  { checks: [{ id: "all", path: "index.txt" }] },
);

const told = (id: string, title: string, needs: readonly string[], attempts: number): Turn => ({
  id,
  title,
  needs,
  budget: { attempts },
  instructions: "Write it.",
  criteria: [{ id: "there", run: `grep -q good ${id}.txt || { echo it is not good; exit 1; }` }],
});
const works = (id: string, content: string): readonly Turn[] => [
  { write_file: { path: `${id}.txt`, content } },
  submit(id),
];
const ages = 600_000;

/** A run that comes to a state with something of everything, and stays there: nobody answers for ten minutes. */
export const busy: Files = {
  ...greeting(
    {
      price: { input: 1, output: 5 },
      "task/inventory/*": works("inventory", "good"),
      "task/invoices/1": works("invoices", "bad"),
      "task/invoices/2": [{ delay_ms: ages, ...works("invoices", "good")[0] }],
      "task/exports/1": [
        {
          fail: {
            class: "overloaded",
            message: "Overloaded",
            retry_after: 300,
            usage: { input: 1000, output: 0 },
          },
        },
      ],
      "task/dependency/*": works("dependency", "bad"),
    },
    {
      plan: "plan.yaml",
      concurrency: 4,
      budget: { money: 8 },
      checks: [{ id: "docs", run: "test -s docs.txt" }],
    },
  ),
  "plan.yaml": JSON.stringify({
    tasks: [
      told("inventory", "every use of moment, as a table", [], 2),
      told("invoices", "port src/invoices (14 files) 日本語 🙂 e\u0301", [], 2),
      told("exports", "port src/exports \u001b[31m(9 files)", [], 2),
      told("dependency", "drop moment from package.json", ["inventory"], 1),
      told("docs", "what changed, for whoever comes next", ["invoices", "exports"], 2),
    ],
  }),
};
