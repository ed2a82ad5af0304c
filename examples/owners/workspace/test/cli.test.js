import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";

const program = "bin/owners.js";

test("each path is printed with its team", () => {
  const said = execFileSync(program, ["src/cli.js", "notes.txt"], { encoding: "utf8" });
  assert.equal(said, "src/cli.js\ttools\nnotes.txt\t-\n");
});

test("an option that is not there is named, with those that are", () => {
  const { status, stdout } = spawnSync(program, ["--lost"], { encoding: "utf8" });
  assert.equal(status, 2);
  assert.match(stdout, /there is no --lost; there are --list/);
});
