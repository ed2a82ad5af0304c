import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fill, folder, harness, ranOnce, runId } from "../ground.ts";
import { checkedGreeting, hopeless, writes } from "../stories.ts";
import { parse } from "./markup.ts";
import type { Element } from "./markup.ts";

const secret = "s3cret-in-a-file-of-the-run";

/** Sent back once; then met. It writes what no page may show. */
const run = ranOnce(async () =>
  folder(
    checkedGreeting({
      price: { input: 1, output: 5 },
      "task/greet/1": writes("Goodbye."),
      "task/greet/*": writes(`Hello <b>${secret}</b>.`, ["Is <one> line\u202e enough?"]),
    }),
    false,
  ),
);

const ids = (elements: readonly Element[], name: string): readonly string[] =>
  elements.flatMap((one) => (one.name === name ? [one.attributes.get("id") ?? ""] : []));

describe("harness show --html", () => {
  test("writes all of a run into one file named after it, and says where", async () => {
    const { dir, id } = await run();
    const before = await readdir(dir);
    const { code, out, err } = await harness(dir, ["show", id, "--html"]);
    expect([code, out]).toEqual([0, ""]);
    expect(err).toMatch(/^ wrote the page of run \w+ to .* \(\S+B\)\n$/);
    expect(err).toContain(join(dir, `${id}.html`));
    expect(await readdir(dir)).toEqual([...before, `${id}.html`].toSorted());
    const page = await readFile(join(dir, `${id}.html`), "utf8");
    const { elements, text } = parse(page);
    expect(ids(elements, "section")).toEqual(
      "checks graph timeline tasks decisions cost files manifest".split(" "),
    );
    expect(ids(elements, "article")).toEqual(["task-greet"]);
    expect(ids(elements, "details").filter((one) => one !== "")).toEqual([
      "attempt-greet-1",
      "attempt-greet-2",
    ]);
    expect(page).not.toMatch(/https?:|\ssrc=|<script|<link|<img|<iframe/);
    for (const said of ["A greeting", "rejected", "accepted", "no hello", "met", "greeting.txt greets"])
      expect(text).toContain(said);
    expect(text).toMatch(/\$0\.\d+/);
    expect(text).toContain("+Hello <b>");
    expect(text).toContain("Is <one> line‹U+202E› enough?");
    expect(text).toContain("says-hello");
  });

  test("prints it for -, the same each time", async () => {
    const { dir, id } = await run();
    const first = await harness(dir, ["show", id, "--html", "-"]);
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(first.out.startsWith(`<!doctype html>\n<!-- harness: page of run ${id} -->\n`)).toBe(true);
    expect((await harness(dir, ["show", id, "--html", "-"])).out).toBe(first.out);
    expect(await readdir(dir)).not.toContain(`${id}.html`);
  });

  test("shows no secret of the project that a file of the run holds", async () => {
    const { dir, id } = await run();
    expect((await harness(dir, ["show", id, "--html", "-"])).out).toContain(secret);
    await fill(dir, { "harness.yaml": "secrets: { TOKEN: { hosts: [a.example], env: PAGE_TOKEN } }\n" });
    const { code, out } = await harness(dir, ["show", id, "--html", "-"], { env: { PAGE_TOKEN: secret } });
    expect(code).toBe(0);
    const patch = out.slice(out.indexOf('id="files"'));
    expect(patch).toContain("+Hello &lt;b&gt;");
    expect(patch).not.toContain(secret);
  });

  test("takes the place of an earlier page of the run, and of nothing else unless it is told to", async () => {
    const { dir, id } = await run();
    await harness(dir, ["show", id, "--html", "page.html"]);
    expect((await harness(dir, ["show", id, "--html", "page.html"])).code).toBe(0);
    const mine = "<!doctype html>\nmy own page\n";
    await fill(dir, { "mine.html": mine });
    await symlink("mine.html", join(dir, "link.html"));
    await mkdir(join(dir, "folder"));
    for (const name of ["mine.html", "link.html"]) {
      const { code, err } = await harness(dir, ["show", id, "--html", name]);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/is there and no page of run .* add --force\n$/),
      ]);
    }
    const folderSaid = await harness(dir, ["show", id, "--html", "folder", "--force"]);
    expect([folderSaid.code, folderSaid.err]).toEqual([2, expect.stringContaining("it is a directory")]);
    expect((await harness(dir, ["show", id, "--html", "link.html", "--force"])).code).toBe(0);
    expect(await readFile(join(dir, "mine.html"), "utf8")).toBe(mine);
    expect((await harness(dir, ["show", id, "--html", "mine.html", "--force"])).code).toBe(0);
    expect(await readFile(join(dir, "mine.html"), "utf8")).toContain(`page of run ${id}`);
    expect((await readdir(dir)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("says in one line what cannot be asked or written", async () => {
    const { dir, id } = await run();
    await writeFile(join(dir, "file"), "");
    const cases: readonly (readonly [argv: readonly string[], says: string])[] = [
      [["--html", "--json"], "--html and --json do not go together"],
      [["--html", "x.html", "--task", "greet"], "--html and --task do not go together"],
      [["--html", "x.html", "--left-out"], "--html and --left-out do not go together"],
      [["--force"], "--force goes with --html"],
      [["--html", ""], "the file has no name"],
      [["--html", id], `for run ${id}: harness show ${id} --html`],
      [["--html", "gone/x.html"], "name a file that can be written"],
      [["--html", "file/x.html"], "name a file that can be written"],
    ];
    for (const [argv, says] of cases) {
      const { code, out, err } = await harness(dir, ["show", ...argv]);
      expect({ argv, code, out }).toEqual({ argv, code: 2, out: "" });
      expect(err).toContain(says);
      expect(err.split("\n").length).toBe(2);
    }
  });

  test("an open run has a page too: as of when, and what answers what it asks", async () => {
    const dir = await folder(hopeless);
    const id = runId((await harness(dir, ["run", "goal.md"])).err);
    const { out } = await harness(dir, ["show", "--html", "-"]);
    const { elements, text } = parse(out);
    expect(ids(elements, "section")[0]).toBe("waiting");
    expect(text).toMatch(/as of\s+\d{4}-\d\d-\d\d /);
    expect(text).toMatch(new RegExp(`harness approvals retry ${id}/e\\d+\n`));
    expect(text).toContain("stuck");
  });
});
