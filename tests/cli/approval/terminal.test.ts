import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStorageReader } from "../../../src/edges/sqlite/storage.ts";
import { folder, harness, paths, runId } from "../ground.ts";
import type { Files } from "../ground.ts";
import { command, hasTmux, missing, open } from "../tmux.ts";
import type { Terminal } from "../tmux.ts";

/** Three workers side by side, each of which wants to remove its folder and then says that it is done. */
const names = ["old", "out", "tmp"];
const tidying: Files = {
  "goal.md": `---\n${JSON.stringify({
    model: "scripted/script.yaml",
    sandbox: { kind: "embedded" },
    checks: [{ id: "left", path: "README.md" }],
    plan: "plan.yaml",
  })}\n---\nTidy up.\n`,
  "plan.yaml": JSON.stringify({
    tasks: names.map((id) => ({ id, instructions: `Remove ${id}/.`, criteria: [{ path: `${id}.txt` }] })),
  }),
  "script.yaml": JSON.stringify(
    Object.fromEntries(
      names.map((name) => [
        `task/${name}/*`,
        [
          { say: `${name} is not needed`, calls: [{ bash: { command: `rm -r ${name}` } }] },
          { write_file: { path: `${name}.txt`, content: "done\n" } },
          { submit: { summary: "Done.", artifacts: [], decisions: [], open_questions: [], confidence: 1 } },
        ],
      ]),
    ),
  ),
  "README.md": "hi\n",
  ...Object.fromEntries(
    names.flatMap((name) => [
      [`${name}/a`, "1"],
      [`${name}/keep/b`, "2"],
    ]),
  ),
};
/** An editor that narrows what is removed. */
const narrow = `EDITOR="sed -i 's,rm -r \\([a-z]*\\),rm -r \\1/keep,'" `;

/** The task of the card that stands last on the screen, keys and all, once it is not about one of these. */
async function cardAbout(terminal: Terminal, ...before: readonly string[]): Promise<string> {
  const others = names.filter((name) => !before.includes(name)).join("|");
  const lines = await terminal.until(
    new RegExp(
      `approval a\\d+[^\\n]*task (?:${others}) (?:(?!approval a\\d)[\\s\\S])*\\[l\\]ater *│\\n└[^\\n]*┘\\s*$`,
    ),
  );
  return [...lines.join("\n").matchAll(/approval a\d+[^\n]*task (\w+) /g)].at(-1)?.[1] ?? "";
}

async function leftOf(dir: string, run: string): Promise<readonly string[]> {
  expect(await harness(dir, ["export", run, "--to", "result"])).toMatchObject({ code: 0 });
  return (await paths(join(dir, "result"))).filter((path) => /^(old|out|tmp)(\/|$)/.test(path));
}

/** What people said with their answers. */
async function notesOf(dir: string, run: string): Promise<readonly string[]> {
  const { journal, blobs, close } = await openStorageReader(join(dir, ".harness"));
  const notes: string[] = [];
  for (const { value } of await journal.answers(run))
    if (value.type === "approval" && value.note !== null)
      notes.push(new TextDecoder().decode(await blobs.get(value.note)));
  await close();
  return notes;
}

const whole = (name: string): readonly string[] => [name, `${name}/a`, `${name}/keep`, `${name}/keep/b`];

test(
  "a card at the run's own terminal: read in full, edited, rejected with a reason, approved",
  { timeout: 300_000 },
  async (context) => {
    if (!hasTmux) return context.skip(missing);
    const dir = await folder(tidying);
    const terminal = open(dir, 80, 50);
    terminal.type(`${narrow}${command("run goal.md --yes")}`);
    const edited = await cardAbout(terminal);
    await terminal.answer("d");
    await terminal.until(/^│ arguments \{[\s\S]*\[l\]ater/m);
    terminal.press("e");
    await terminal.until(new RegExp(`edited by you[\\s\\S]*│ run {7}rm -r ${edited}/keep `));
    terminal.press("x");
    await terminal.until(/"x" is none of its keys; nothing was answered/);
    await terminal.answer("y");
    const rejected = await cardAbout(terminal, edited);
    await terminal.answer("n");
    await terminal.until(/no, because \(/);
    terminal.type("it is still read");
    const approved = await cardAbout(terminal, edited, rejected);
    await terminal.answer("y");
    const end = (await terminal.until(/^exit 0$/m)).join("\n");
    expect(end).toMatch(/2 approvals by you/);
    const run = runId(end);
    expect(await leftOf(dir, run)).toEqual([edited, `${edited}/a`, ...whole(rejected)].toSorted());
    expect([edited, rejected, approved].toSorted()).toEqual(names);
    expect(await notesOf(dir, run)).toEqual(["it is still read"]);
  },
);

test(
  "the queue: keys go on and back, answers are taken, the rest is answered by a script",
  { timeout: 300_000 },
  async (context) => {
    if (!hasTmux) return context.skip(missing);
    const dir = await folder(tidying);
    const before = await harness(dir, ["run", "goal.md", "--yes"]);
    expect(before.code).toBe(3);
    const run = runId(before.err);
    const terminal = open(dir, 80, 50);
    terminal.type(command("approvals watch"));
    const first = await cardAbout(terminal);
    await terminal.until(/2 more wait: \[j\] next, \[k\] back/);
    await terminal.answer("j");
    const second = await cardAbout(terminal, first);
    await terminal.answer("k");
    expect(await cardAbout(terminal, second)).toBe(first);
    await terminal.answer("y");
    expect(await cardAbout(terminal, first)).toBe(second);
    await terminal.answer("n");
    await terminal.until(/no, because \(enter/);
    await terminal.answer("Enter");
    const third = await cardAbout(terminal, first, second);
    await terminal.answer("q");
    await terminal.until(/^exit 0$/m);

    const listed = await harness(dir, ["approvals", "list", "--json"]);
    const waiting = listed.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; task: string });
    expect(waiting.map(({ task }) => task)).toEqual([third]);
    expect(await harness(dir, ["approvals", "approve", waiting[0]?.id ?? ""])).toMatchObject({ code: 0 });
    expect(await harness(dir, ["resume", run])).toMatchObject({ code: 0 });
    expect(await leftOf(dir, run)).toEqual(whole(second));
  },
);

test("ctrl-c and the end of input at a card approve nothing", { timeout: 300_000 }, async (context) => {
  if (!hasTmux) return context.skip(missing);
  const dir = await folder(tidying);
  const terminal = open(dir, 80, 50);
  terminal.type(command("run goal.md --yes"));
  await cardAbout(terminal);
  await terminal.answer("C-c");
  await terminal.until(/^exit (130|3)$/m);
  const listed = await harness(dir, ["approvals", "list", "--json"]);
  expect(listed.out.match(/"kind":"approval"/g)?.length).toBeGreaterThan(0);
  terminal.type(`clear; ${command("approvals watch")}`);
  await cardAbout(terminal);
  await terminal.answer("C-d");
  await terminal.until(/^exit 0$/m);
  expect((await harness(dir, ["approvals", "list", "--json"])).out).toBe(listed.out);
  expect(await readFile(join(dir, "old", "a"), "utf8")).toBe("1");
});
