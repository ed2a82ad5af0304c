import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { example, fill, folder, harness, root } from "./ground.ts";
import { slow } from "./stories.ts";

const hasTmux = ((): boolean => {
  try {
    execFileSync("tmux", ["-V"]);
    return true;
  } catch {
    return false;
  }
})();
const missing = "tmux is not installed";

/** A real terminal of its own, with a shell in `dir`. */
interface Terminal {
  readonly type: (keys: string) => void;
  readonly press: (key: string) => void;
  readonly screen: () => readonly string[];
  /** Resolves with the screen as soon as it holds this. */
  readonly until: (text: RegExp) => Promise<readonly string[]>;
}

function open(dir: string, columns: number, rows: number): Terminal {
  const socket = `harness-${process.pid}-${columns}-${Math.round(performance.now())}`;
  const tmux = (...args: string[]): string =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], { encoding: "utf8" });
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", dir, "env PS1='$ ' sh");
  onTestFinished(() => void tmux("kill-server"));
  const screen = (): readonly string[] => tmux("capture-pane", "-p").trimEnd().split("\n");
  return {
    type: (keys) => void tmux("send-keys", keys, "Enter"),
    press: (key) => void tmux("send-keys", key),
    screen,
    until: async (text) => {
      for (const end = performance.now() + 60_000; performance.now() < end; await delay(50))
        if (text.test(screen().join("\n"))) return screen();
      throw new Error(`${text} never came; the screen shows:\n${screen().join("\n")}`);
    },
  };
}

const command = (args: string): string =>
  `'${process.execPath}' '${join(root, "bin", "harness.cjs")}' ${args}; echo "exit $?"`;

test("the orders example on a terminal of 80 by 24: a picture while it runs, then the summary", async (context) => {
  if (!hasTmux) return context.skip(missing);
  const dir = await example("orders");
  const script = join(dir, "script.yaml");
  await writeFile(script, (await readFile(script, "utf8")).replace("delay_ms: 0", "delay_ms: 60"));
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
});

test("ctrl-c once drains, leaves a clean screen and a cursor, and names how to go on", async (context) => {
  if (!hasTmux) return context.skip(missing);
  const dir = await folder(slow(700));
  const terminal = open(dir, 80, 24);
  terminal.type(command("run goal.md"));
  await terminal.until(/^ ● greet .*attempt 1/m);
  terminal.press("C-c");
  const after = (await terminal.until(/^exit 130$/m)).join("\n");
  expect(after).toMatch(/^ stopping after what is open; once more to stop at once$/m);
  expect(after).toMatch(/^ go on {6}harness resume \S{4}$/m);
  expect(after.match(/^ [●·✓] greet /gm)).toHaveLength(1);
  await fill(dir, slow(0));
  expect((await harness(dir, ["resume"])).code).toBe(0);
});
