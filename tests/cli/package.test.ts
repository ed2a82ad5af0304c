import { execFile } from "node:child_process";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fill, folder, root } from "./ground.ts";

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
  await usesLibrary(project, harness);
}, 300_000);

/** A service of its own: typed against what was installed, it gets the bytes that the command line gives. */
async function usesLibrary(
  project: string,
  harness: (...args: string[]) => Promise<{ stdout: string }>,
): Promise<void> {
  await fill(project, {
    "harness.yaml": "",
    "prompts/greet.prompt":
      "---\nmodel: openai/x\ninput: { schema: { who: string } }\n---\n{{> rules}}\nHi {{who}}\n",
    "prompts/_rules.prompt": "Be short.\n",
    "vars.json": '{"who": "Ann"}',
    "service.mts": `import { render, resolve } from "harness";
      import type { ResolvedPrompt } from "harness";
      const prompt: ResolvedPrompt = await resolve("greet", "production", { dir: import.meta.dirname });
      const { system, messages } = render(prompt, { who: "Ann" });
      const role: "user" | "assistant" | undefined = messages[0]?.role;
      console.log(JSON.stringify({ source: prompt.source, digest: prompt.digest, model: prompt.model, system, messages, role }));`,
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "es2024",
        strict: true,
        noEmit: true,
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
      },
      files: ["service.mts"],
    }),
  });
  await harness("prompts", "commit", "greet", "-m", "first");
  await harness("promote", "prompt:greet@1", "--to", "production", "--unproven", "--why", "x");
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project], {
    cwd: project,
  });
  const { stdout } = await run(process.execPath, [join(project, "service.mts")], { cwd: project, env });
  const got = JSON.parse((await harness("prompts", "get", "greet@1", "--json")).stdout) as { digest: string };
  const shown = JSON.parse(
    (await harness("prompts", "render", "greet@1", "--vars", "vars.json", "--json")).stdout,
  ) as { system: string; messages: unknown };
  expect(JSON.parse(stdout)).toEqual({
    source: (await harness("prompts", "get", "greet@1")).stdout,
    digest: got.digest,
    model: "openai/x",
    system: shown.system,
    messages: shown.messages,
    role: "user",
  });
}
