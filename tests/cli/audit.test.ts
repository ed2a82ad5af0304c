import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { example, folder, harness, ranOnce } from "./ground.ts";
import { hopeless } from "./stories.ts";

/** Changes a database behind everybody's back. */
function tamper(
  dir: string,
  file: "harness.db" | "blobs.db",
  sql: string,
  ...values: readonly unknown[]
): void {
  const db = new Database(join(dir, ".harness", file));
  db.pragma("foreign_keys = OFF");
  expect(db.prepare(sql).run(...values).changes).toBeGreaterThan(0);
  db.close();
}

const hello = ranOnce(async () => example("hello", false));

describe("harness audit", () => {
  test("finds nothing wrong with an honest run", async () => {
    const { dir, id } = await hello();
    const { code, out, err } = await harness(dir, ["audit"]);
    expect(out).toMatch(
      new RegExp(`^ ✓ every promise holds: run ${id}, \\d+ events, chain head [0-9a-f]{64}\n$`),
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(await harness(dir, ["audit", "--json"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("nor with one that waits for a person", async () => {
    const dir = await folder(hopeless);
    await harness(dir, ["run", "goal.md"]);
    expect((await harness(dir, ["audit"])).code).toBe(0);
  });

  test("a changed event is named: exit 5, for every reader", async () => {
    const { dir, id } = await hello();
    tamper(
      dir,
      "harness.db",
      "UPDATE events SET body = replace(body, 'pass', 'fail') WHERE type = 'verdict-given'",
    );
    for (const command of ["audit", "show", "resume", "diff"]) {
      const { code, out, err } = await harness(dir, [command]);
      expect({ code, out }).toEqual({ code: 5, out: "" });
      expect(err).toMatch(new RegExp(`^harness: .*${id}.*entry \\d+ does not hash to its name.*\n$`));
    }
  });

  test("a flipped byte in a file of the result is named: exit 1", async () => {
    const { dir } = await hello();
    tamper(
      dir,
      "blobs.db",
      "UPDATE chunks SET bytes = CAST(replace(CAST(bytes AS TEXT), 'welcome', 'welcame') AS BLOB) WHERE codec = 0 AND bytes = CAST(? AS BLOB)",
      "Hello, and welcome.\n",
    );
    const { code, out } = await harness(dir, ["audit"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^ ✗ P4 {2}event \d+: file greeting\.txt is damaged \(blob [0-9a-f]{12}…\)\n/);
    const [first = ""] = (await harness(dir, ["audit", "--json"])).out.split("\n");
    expect(JSON.parse(first)).toMatchObject({ promise: "P4", what: expect.stringContaining("greeting.txt") });
    const exported = await harness(dir, ["export", "--to", "result"]);
    expect(exported.code).toBe(5);
    expect(exported.err).toMatch(/^harness: blob [0-9a-f]{64} is damaged: .*\n$/);
  });

  test("a blob that is gone is named: exit 1", async () => {
    const { dir } = await hello();
    const before = await harness(dir, ["audit"]);
    expect(before.code).toBe(0);
    tamper(
      dir,
      "blobs.db",
      "DELETE FROM blobs WHERE id IN (SELECT blob FROM chunks WHERE codec = 0 AND bytes = CAST(? AS BLOB))",
      "Hello, and welcome.\n",
    );
    const { code, out } = await harness(dir, ["audit"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^ ✗ P4 .*file greeting\.txt is not in the store/);
  });
});
