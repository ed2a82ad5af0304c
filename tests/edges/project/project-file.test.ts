import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readProject } from "../../../src/edges/project/project-file.ts";
import { fill, folder, refusal } from "./folder.ts";

const whole = `# harness.yaml
models: { planner: anthropic/a, worker: anthropic/b, evaluator: openai/c }
workspace: { exclude: [".env*", "secrets/"] }
sandbox:
  dockerfile: sandbox/Dockerfile
  setup: { run: npm ci, network: [packages.example], key: [package-lock.json] }
network: { allow: [] }
approvals:
  ask_from: network
  notify: ./tools/page.sh
  rules:
    - { bash: "npm install *", hosts: [packages.example], then: allow, until: 2027-01-31, because: lockfile is reviewed }
    - { bash: "git push *", then: deny }
traces: { content: metadata }
`;

describe("readProject", () => {
  test("reads harness.yaml of the directory", async () => {
    const dir = await folder({ "harness.yaml": whole });
    const project = await readProject(dir);
    expect(project).toMatchObject({ dir, path: join(dir, "harness.yaml") });
    expect(project.spec.approvals?.rules?.[0]).toMatchObject({ until: "2027-01-31", then: "allow" });
    expect(project.spec.sandbox?.setup?.network).toEqual(["packages.example"]);
  });

  test("finds the nearest one above", async () => {
    const dir = await folder({
      "harness.yaml": "model: far",
      "a/harness.yaml": "model: near",
      "a/b/c/x": "",
    });
    expect(await readProject(join(dir, "a/b/c"))).toMatchObject({
      dir: join(dir, "a"),
      path: join(dir, "a/harness.yaml"),
      spec: { model: "near" },
    });
  });

  test.for(["directory", "file"])("stops at the top of the git repository (.git is a %s)", async (kind) => {
    const dir = await folder({ "harness.yaml": "model: outside", "repo/src/x": "" });
    await fill(dir, kind === "file" ? { "repo/.git": "gitdir: ../elsewhere" } : { "repo/.git/HEAD": "" });
    expect(await readProject(join(dir, "repo/src"))).toEqual({
      dir: join(dir, "repo/src"),
      path: null,
      spec: {},
    });
    await fill(dir, { "repo/harness.yaml": "model: top" });
    expect((await readProject(join(dir, "repo/src"))).spec).toEqual({ model: "top" });
  });

  test("an empty one, or one of comments, holds the defaults", async () => {
    const dir = await folder({ "harness.yaml": "\ufeff# nothing yet\r\n" });
    const { path, spec } = await readProject(dir);
    expect({ path, spec }).toEqual({ path: join(dir, "harness.yaml"), spec: {} });
  });

  const refused: readonly (readonly [name: string, text: string, line: string])[] = [
    ["a key of a goal", "model: x\nchecks: []", '2: unknown key "checks"; it belongs in a goal file'],
    ["a misspelt key", "model: x\nbase_url: {}", '2: unknown key "base_url"; did you mean "base_urls"?'],
    [
      "a price without output",
      "prices:\n  mine/model: { input: 1 }",
      "2: prices.mine/model.output is missing; give a number",
    ],
    [
      "a price below nothing",
      "prices:\n  m:\n    input: -1\n    output: 1",
      "3: prices.m.input is -1; give at least 0",
    ],
    [
      "an unknown risk",
      "approvals:\n  ask_from: netwrok",
      '2: approvals.ask_from is "netwrok"; give one of read, write, network, destructive, external, privilege, perhaps network',
    ],
    [
      "an unquoted glob",
      "workspace:\n  exclude:\n    - secrets/\n    - *.pem",
      '4: "*.pem" is a YAML alias; put text that begins with * in quotes',
    ],
    [
      "a glob that is a number",
      "workspace: { exclude: [1] }",
      "1: workspace.exclude[0] is 1; give text, in quotes",
    ],
    [
      "two documents",
      "model: x\n---\nmodel: y",
      "2: a second YAML document begins here; take the line of --- out",
    ],
    ["a list", "# list\n- model: x", "2: harness.yaml is a list; write lines of key: value"],
    [
      "a rule that is text",
      "approvals:\n  rules:\n    - deny all",
      '3: approvals.rules[0] is "deny all"; give a mapping of keys to values',
    ],
  ];
  test.for(refused)("refuses %s", async ([, text, line]) => {
    const dir = await folder({ "harness.yaml": text });
    expect(await refusal(dir, readProject(dir))).toBe(`DIR/harness.yaml:${line}`);
  });

  test("what stands there and cannot be read is refused, not passed over", async () => {
    const dir = await folder({ "a/harness.yaml/x": "", "b/harness.yml": "model: x" });
    expect(await refusal(dir, readProject(join(dir, "a")))).toBe(
      "DIR/a/harness.yaml: it is a directory; give a file of text",
    );
    expect(await refusal(dir, readProject(join(dir, "b")))).toBe(
      "DIR/b/harness.yml: this is not read; rename it to harness.yaml",
    );
    await symlink("gone", join(dir, "harness.yaml"));
    expect(await refusal(dir, readProject(dir))).toBe(
      "DIR/harness.yaml: this symbolic link leads nowhere; mend it, or remove it",
    );
  });
});
