import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeDocker, sandboxImage } from "./docker.ts";

const docker = new Docker();

/** A container of the image, as hard as those that workers get, with an empty /workspace that everybody may write. */
async function started(): Promise<Docker.Container> {
  const container = await docker.createContainer({
    Image: await sandboxImage(),
    Cmd: ["sleep", "2147483647"],
    HostConfig: {
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      Init: true,
      Tmpfs: { "/tmp": "mode=1777", "/home/worker": "mode=1777", "/workspace": "exec,mode=1777" },
    },
  });
  await container.start();
  return container;
}

interface Ran {
  readonly said: string;
  readonly exit: number | null;
}

async function run(container: Docker.Container, user: string, script: string): Promise<Ran> {
  const exec = await container.exec({
    Cmd: ["bash", "-euc", script],
    User: user,
    WorkingDir: "/workspace",
    Env: ["HOME=/home/worker"],
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: false });
  const output = new PassThrough();
  docker.modem.demuxStream(stream, output, output);
  stream.on("end", () => output.end());
  const said = await text(output);
  return { said, exit: (await exec.inspect()).ExitCode };
}

/** Neither has a name in the image. */
const users = process.env["HARNESS_LONG"] === "1" ? ["1000:1000", "4242:4242"] : ["4242:4242"];

describeDocker("the image of sandbox/Dockerfile", () => {
  describe.each(users)("as user %s", (user) => {
    let container: Docker.Container;
    beforeAll(async () => {
      container = await started();
    });
    afterAll(() => container.remove({ force: true }));
    const does = (script: string): Promise<Ran> => run(container, user, script);

    it("has the programs that prompts and goals count on", async () => {
      const programs =
        "bash git jq make node npm npx patch pgrep ps python python3 rg awk diff find grep gzip sed tar xargs";
      expect(await does(`for one in ${programs}; do command -v $one >/dev/null || echo $one; done`)).toEqual({
        said: "",
        exit: 0,
      });
    });

    it("commits with git", async () => {
      const made = "git init -q mine && cd mine && echo a >a && git add a && git commit -qm first";
      expect(await does(`${made} && git log --format='%an %s'`)).toEqual({ said: "worker first\n", exit: 0 });
    });

    it("reads a repository of somebody else", async () => {
      const made = await run(container, "7:7", "git init -q theirs && echo a >theirs/a");
      expect(made).toEqual({ said: "", exit: 0 });
      expect(await does("git -C theirs status --short")).toEqual({ said: "?? a\n", exit: 0 });
    });

    it("installs with npm and runs a package's tests", async () => {
      const made = `mkdir -p npm/one && cd npm
        echo '{ "name": "one", "version": "1.0.0", "main": "one.js" }' >one/package.json
        echo 'console.log("one")' >one/one.js
        echo '{ "name": "two", "scripts": { "test": "node -r one -e 0" } }' >package.json
        npm install --silent ./one >/dev/null
        rm -r node_modules
        npm ci --silent >/dev/null`;
      expect(await does(`${made}\nnpm test --silent`)).toEqual({ said: "one\n", exit: 0 });
    });

    it("makes a Python environment that pip installs into", async () => {
      const made = `mkdir pip && cd pip
        echo 'answer = 42' >mine.py
        echo 'from setuptools import setup; setup(name="mine", version="1", py_modules=["mine"])' >setup.py
        python3 -m venv ../venv
        ../venv/bin/pip install --quiet --no-index --no-build-isolation . 2>/dev/null
        cd /`;
      const asked = "/workspace/venv/bin/python -c 'import mine; print(mine.answer)'";
      expect(await does(`${made}\n${asked}`)).toEqual({ said: "42\n", exit: 0 });
    });
  });
});
