import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { fill, folder, harness } from "./ground.ts";
import { busy, chain, slow } from "./stories.ts";
import { command, hasTmux, missing, open } from "./tmux.ts";

test(
  "four tasks on a terminal of 80 by 24: a picture while they run, then the summary",
  { timeout: 300_000 },
  async (context) => {
    if (!hasTmux) return context.skip(missing);
    const dir = await folder(chain);
    const terminal = open(dir, 80, 24);
    terminal.type(command("run goal.md --yes"));
    const during = await terminal.until(/^ ● (report|chart) /m);
    const heads = (lines: readonly string[]): number =>
      lines.filter((line) => /^ run \S{4} {3}/.test(line)).length;
    expect(heads(during.slice(during.findIndex((line) => line.includes(" ✓ clean")) - 1))).toBe(1);
    const after = await terminal.until(/^exit 0$/m);
    const text = after.join("\n");
    for (const task of ["clean", "report", "chart", "index"])
      expect(text.match(new RegExp(`^ ✓ ${task} `, "gm"))).toHaveLength(1);
    expect(heads(after)).toBe(1);
    expect(text).toMatch(/^ met {8}run \S{4} · /m);
    expect(text).toMatch(/^ take it {4}harness export \S{4} --to result\nexit 0\n\$$/m);
    expect(text).not.toMatch(/\[\?25|●/);
  },
);

test("ctrl-c once drains, leaves a clean screen and a cursor, and names how to go on", async (context) => {
  if (!hasTmux) return context.skip(missing);
  const dir = await folder(slow(2_000));
  const terminal = open(dir, 80, 24);
  terminal.type(command("run goal.md --yes"));
  await terminal.until(/^ ● greet .*attempt 1/m);
  terminal.press("C-c");
  const after = (await terminal.until(/^exit 130$/m)).join("\n");
  expect(after).not.toContain("stopping");
  expect(after).toMatch(/^ go on {6}harness resume \S{4}$/m);
  expect(after.match(/^ [●·✓] greet /gm)).toHaveLength(1);
  await fill(dir, slow(0));
  expect((await harness(dir, ["resume"])).code).toBe(0);
});

test(
  "a run with something of everything: at 80 by 24, watched at 200 by 50, at 40 by 12 and back",
  { timeout: 400_000 },
  async (context) => {
    if (!hasTmux) return context.skip(missing);
    const dir = await folder(busy);
    const terminal = open(dir, 80, 24);
    terminal.type(command("run goal.md --yes"));
    const at80 = [
      " run 7k2m   0:00   $0.0000 spent, $0.00 reserved, of $0.00   ctrl-c stops",
      " ? 1 waits for you, 0:00: harness approvals",
      " ! model: overloaded, asks again in 0:00",
      " ✓ inventory   every use of moment, as a table     1 attempt   $0.0000     0:00",
      " ● invoices    port src/invoices (14 files) 日本…  attempt 2   $0.0000     0:00",
      "               turn 1  thinks",
      "               attempt 1 sent back: there, exit 1: it is not good",
      " ● exports     port src/exports ␛[31m(9 files)     attempt 1   $0.0000     0:00",
      "               turn 1  model: overloaded, asks again in 0:00",
      " ? dependency  drop moment from package.json       attempt 1   $0.0000     0:00",
      "               waits for you as e00, 0:00",
      "               attempt 1 sent back: there, exit 1: it is not good",
      " · docs        what changed, for whoever comes n…  after invoices, exports",
    ];
    await terminal.shows(at80);

    const watcher = open(dir, 200, 50);
    watcher.type(command("watch"));
    const [head = "", ...standing] = at80.slice(0, 3);
    await watcher.shows([
      head.replace("ctrl-c stops", "ctrl-c leaves, the run goes on"),
      ...standing,
      " ✓ inventory   every use of moment, as a table           1 attempt   $0.0000     0:00",
      " ● invoices    port src/invoices (14 files) 日本語 🙂 e\u0301  attempt 2   $0.0000     0:00   turn 1  thinks",
      "               attempt 1 sent back: there, exit 1: it is not good",
      " ● exports     port src/exports ␛[31m(9 files)           attempt 1   $0.0000     0:00   turn 1  model: overloaded, asks again in 0:00",
      " ? dependency  drop moment from package.json             attempt 1   $0.0000     0:00   waits for you as e00, 0:00",
      "               attempt 1 sent back: there, exit 1: it is not good",
      " · docs        what changed, for whoever comes next      after invoices, exports",
    ]);
    watcher.press("C-c");
    const left = (await watcher.until(/^exit 130$/m)).join("\n");
    expect(left).toMatch(/^ left {7}run \S{4} goes on with pid \d+$/m);

    terminal.resize(40, 12);
    await terminal.shows([
      " run 7k2m   0:00   $0.0000 of $0.00",
      " ? 1 waits for you, 0:00: harness appr…",
      " ! model: overloaded, asks again in 0:…",
      " ✓ inventory   every use of mom…   0:00",
      " ● invoices    port src/invoice…   0:00",
      "               turn 1  thinks",
      " ● exports     port src/exports…   0:00",
      "               turn 1  model: overload…",
      " ? dependency  drop moment from…   0:00",
      "               waits for you as e00, 0…",
      " · docs        what changed, fo…  afte…",
    ]);
    terminal.resize(80, 24);
    await terminal.shows(at80);

    terminal.press("C-c");
    await terminal.until(/^ ! stopping after what is open; once more to stop at once$/m);
    // Two at once are one press that was passed on.
    await delay(300);
    terminal.press("C-c");
    const after = (await terminal.until(/^exit 130$/m)).join("\n");
    expect(after.match(/^ run \S{4} {3}/gm)).toHaveLength(1);
    expect(after).not.toContain("stopping");
    expect(after).toMatch(/^ go on {6}harness resume \S{4}$/m);
  },
);
