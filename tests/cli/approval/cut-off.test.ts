import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { folder, harness, runId, start } from "../ground.ts";
import { greeting, writes } from "../stories.ts";

test("a process that dies while a request is open leaves it listed; taken over it is in doubt, and is settled once", async () => {
  const server = createServer(() => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dir = await folder({
    ...greeting({
      "task/greet/*": [{ http_request: { method: "POST", url: `${host}/orders` } }, ...writes("Hello.")],
    }),
    "harness.yaml": JSON.stringify({ approvals: { rules: [{ http: `POST ${host}/*`, then: "allow" }] } }),
  });
  const child = start(dir, ["run", "goal.md"]);
  await once(server, "request");
  child.process.kill("SIGKILL");
  const run = runId((await child.ended).err);

  const died = await harness(dir, ["approvals"]);
  expect(died).toMatchObject({
    code: 0,
    out: ` !  run ${run} died while a call outside was open: harness resume ${run}\n`,
  });
  expect(await harness(dir, ["resume", run])).toMatchObject({ code: 3 });
  const listed = await harness(dir, ["approvals"]);
  expect(listed.out).toMatch(
    new RegExp(`^ !  d\\d+ +${run} greet +in doubt: http_request POST ${host}/orders`, "m"),
  );
  expect(listed.out).not.toContain("died while a call outside");
  const [id = ""] = /d\d+/.exec(listed.out) ?? [];
  expect(await harness(dir, ["approvals", "settle", id, "not"])).toMatchObject({ code: 0 });
  const done = await harness(dir, ["resume", run]);
  expect(done).toMatchObject({ code: 0 });
  expect(done.err).toMatch(/· greet {2}no longer in doubt: it did not happen \(says \S+\)/);
  expect(await harness(dir, ["audit"])).toMatchObject({ code: 0 });
});
