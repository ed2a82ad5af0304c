import { redaction } from "../../src/core/redaction.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { prepareRun } from "../../src/cli/prepare.ts";
import { readRequest } from "../../src/cli/request.ts";
import { startingPoint } from "../../src/cli/starting-point.ts";
import { openChosen } from "../../src/cli/which-sandbox.ts";
import { defaultScratch, openState, wire } from "../../src/cli/wire.ts";
import { decodeText } from "../../src/core/canonical.ts";
import type { RunConfig } from "../../src/core/goal.ts";
import { readJson } from "../../src/loop/texts.ts";
import { fill, folder, noEngine } from "./ground.ts";
import { greeting } from "./stories.ts";

test("the goal that is pinned is the one that was checked, whatever the file says by then", async () => {
  const dir = await folder(greeting({}));
  const nothing = (): void => undefined;
  const io: Io = {
    cwd: dir,
    env: noEngine,
    out: nothing,
    err: nothing,
    isTerminal: false,
    isOutTerminal: false,
    keyboard: null,
    columns: 80,
    rows: 24,
  };
  const checked = await readFile(join(dir, "goal.md"), "utf8");
  const request = await readRequest(io, "goal.md", {});
  await fill(dir, { "goal.md": "Something else.\n" });
  const storage = await openState(dir, {});
  const { project } = request;
  const opened = await openChosen(io, request.sandbox, dir);
  const whileSettingUp = async <T>(_command: string, work: () => Promise<T>): Promise<T> => work();
  const start = await startingPoint(
    storage,
    opened,
    { ...request, secrets: [] },
    { onProgress: nothing, whileSettingUp },
  );
  const ports = await wire({
    projectDir: dir,
    project: project.spec,
    storage,
    sandbox: opened.sandbox,
    ground: start.ground,
    env: {},
    kept: { secrets: [], all: [], redaction: redaction([]) },
  });
  const { body } = await prepareRun(ports, request, start, opened.pinned);
  expect(decodeText(await storage.blobs.get(body.goal))).toBe(checked);
  expect(await readJson<RunConfig>(storage.blobs, body.config)).toMatchObject({
    title: "A greeting",
    checks: [{ id: "greets" }],
    scratch: defaultScratch,
  });
  await storage.close();
});
