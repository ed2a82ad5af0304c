import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { prepareRun } from "../../src/cli/prepare.ts";
import { readRequest } from "../../src/cli/request.ts";
import { openSandbox, openState, wire } from "../../src/cli/wire.ts";
import { decodeText } from "../../src/core/canonical.ts";
import type { RunConfig } from "../../src/core/goal.ts";
import { readJson } from "../../src/loop/texts.ts";
import { fill, folder } from "./ground.ts";
import { greeting } from "./stories.ts";

test("the goal that is pinned is the one that was checked, whatever the file says by then", async () => {
  const dir = await folder(greeting({}));
  const nothing = (): void => undefined;
  const io: Io = {
    cwd: dir,
    env: {},
    out: nothing,
    err: nothing,
    isTerminal: false,
    isOutTerminal: false,
    columns: 80,
    rows: 24,
  };
  const checked = await readFile(join(dir, "goal.md"), "utf8");
  const request = await readRequest(io, "goal.md", {});
  await fill(dir, { "goal.md": "Something else.\n" });
  const storage = await openState(dir, {});
  const { scratch, sandbox, project } = request;
  const ports = await wire({
    projectDir: dir,
    project: project.spec,
    storage,
    sandbox: await openSandbox(sandbox),
    scratch,
    askFrom: "network",
    env: {},
  });
  const { body } = await prepareRun(ports, request, nothing);
  expect(decodeText(await storage.blobs.get(body.goal))).toBe(checked);
  expect(await readJson<RunConfig>(storage.blobs, body.config)).toMatchObject({
    title: "A greeting",
    checks: [{ id: "greets" }],
    scratch,
  });
  await storage.close();
});
