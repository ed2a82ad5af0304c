import { execFile } from "node:child_process";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder, root } from "./ground.ts";

const run = promisify(execFile);

/** npm of the machine, on the Node of these tests. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
const npm = async (cwd: string, ...args: string[]): Promise<string> =>
  (await run("npm", args, { cwd, env, maxBuffer: 1 << 26 })).stdout;

/** Why npm could not get the packages, when that is all that went wrong. */
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED|ECONNRESET/;

test("the packed tarball, installed elsewhere, runs an example", async (context) => {
  const [packed, project] = [await folder(), await folder({ "package.json": "{}" })];
  const [made] = JSON.parse(await npm(root, "pack", "--json", "--pack-destination", packed)) as {
    filename: string;
  }[];
  try {
    await npm(
      project,
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      join(packed, made?.filename ?? ""),
    );
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    if (unreachable.test(stderr ?? "")) return context.skip("the npm registry cannot be reached");
    throw error;
  }
  const harness = async (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, [join(project, "node_modules", "harness", "bin", "harness.cjs"), ...args], {
      cwd: project,
      env,
    });
  expect((await harness("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await npm(project, "exec", "--", "harness", "--version")).trim()).toMatch(/^\d+\.\d+\.\d+$/);
  await cp(join(project, "node_modules", "harness", "examples", "hello"), join(project, "hello"), {
    recursive: true,
  });
  const { stderr } = await harness("run", "hello/goal.md", "--export", "result");
  expect(stderr).toMatch(/^ met {8}run /m);
  expect((await harness("audit")).stdout).toContain("every promise holds");
}, 300_000);
