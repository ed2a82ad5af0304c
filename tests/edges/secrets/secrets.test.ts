import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { redaction } from "../../../src/core/redaction.ts";
import type { SecretsSpec } from "../../../src/core/secret.ts";
import { keysOf, readSecrets } from "../../../src/edges/secrets/secrets.ts";

const hosts = ["tracker.example"];
const value = "a-long-enough-value";

function project(): string {
  const dir = mkdtempSync(join(tmpdir(), "secrets-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function withFile(content: string | Uint8Array = `${value}\n`, mode = 0o600): string {
  const dir = project();
  const file = join(dir, "token");
  writeFileSync(file, content);
  chmodSync(file, mode);
  return dir;
}

const read = async (spec: SecretsSpec, dir: string, env = {}): ReturnType<typeof readSecrets> =>
  readSecrets(spec, { projectDir: dir, env });
const inFile = (file = "token"): SecretsSpec => ({ TRACKER_TOKEN: { hosts, file } });

describe("a value is found", () => {
  it("in the variable of its name, and in another", async () => {
    const spec: SecretsSpec = { TRACKER_TOKEN: { hosts }, OTHER: { hosts: ["b:8080"], env: "MY_OTHER" } };
    const env = { TRACKER_TOKEN: `${value}\n`, MY_OTHER: "second value" };
    expect(await read(spec, "/", env)).toEqual([
      { name: "TRACKER_TOKEN", value, hosts },
      { name: "OTHER", value: "second value", hosts: ["b:8080"] },
    ]);
  });

  it.each([0o600, 0o400])("in a file of mode %o, without the last line's end", async (mode) => {
    for (const content of [value, `${value}\n`, `${value}\r\n`])
      expect(await read(inFile(), withFile(content, mode))).toEqual([
        { name: "TRACKER_TOKEN", value, hosts },
      ]);
    expect(await read(inFile(), withFile(`${value}\n\n`))).toMatchObject([{ value: `${value}\n` }]);
  });

  it("in a file of the home directory, and by a whole path", async () => {
    const dir = withFile();
    expect(await read(inFile("~/token"), "/", { HOME: dir })).toMatchObject([{ value }]);
    expect(await read(inFile(join(dir, "token")), "/")).toMatchObject([{ value }]);
  });

  it("none is none", async () => {
    expect(await read({}, "/")).toEqual([]);
  });
});

describe("one line says what is wrong, without the value", () => {
  const refused = async (spec: SecretsSpec, dir: string, env = {}): Promise<string> => {
    const found = await read(spec, dir, env);
    if (typeof found !== "string") throw new Error("it was read");
    expect(found).not.toContain("\n");
    expect(found).not.toContain(value);
    return found;
  };

  it.each([0o640, 0o604, 0o620, 0o601, 0o666])("of a file of mode %o", async (mode) => {
    expect(await refused(inFile(), withFile(value, mode))).toMatch(
      /can be read by others; run: chmod 600 '.*token'$/,
    );
  });

  it("of what is no regular file, and does not wait for it", async () => {
    const dir = project();
    mkdirSync(join(dir, "token"), { mode: 0o700 });
    expect(await refused(inFile(), dir)).toMatch(/token is no regular file/);
    rmSync(join(dir, "token"), { recursive: true });
    execFileSync("mkfifo", ["-m", "600", join(dir, "token")]);
    expect(await refused(inFile(), dir)).toMatch(/is no regular file/);
    expect(await refused(inFile("/dev/null"), dir)).toMatch(/is no regular file/);
  });

  it("of a link", async () => {
    const dir = withFile();
    symlinkSync("token", join(dir, "link"));
    expect(await refused(inFile("link"), dir)).toMatch(/link is a symlink; name the file itself/);
  });

  it.runIf(process.geteuid?.() === 0)("of another user's file", async () => {
    const dir = withFile();
    chownSync(join(dir, "token"), 12_345, 12_345);
    expect(await refused(inFile(), dir)).toMatch(/belongs to another user/);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /is empty/],
    ["a file with a line's end alone", "\n", /is empty/],
    ["a file that is no text", Buffer.from([0xff, 0xfe, 0xfd]), /is no text/],
    ["a large file", "x".repeat(65_537), /more than 64 KiB/],
    ["a short value", "short", /fewer than 8 characters/],
  ])("of %s", async (_, content, why) => {
    expect(await refused(inFile(), withFile(content))).toMatch(why);
  });

  it("of what is not there, naming both ways", async () => {
    expect(await refused(inFile(), project())).toMatch(
      /^secret TRACKER_TOKEN: .*token is not there; write .* or export/,
    );
    for (const env of [{}, { TRACKER_TOKEN: "" }, { TRACKER_TOKEN: "\n" }])
      expect(await refused({ TRACKER_TOKEN: { hosts } }, "/", env)).toBe(
        "secret TRACKER_TOKEN has no value; export TRACKER_TOKEN=…, or name a file that you alone can read: secrets: { TRACKER_TOKEN: { file: … } }",
      );
    expect(await refused({ TRACKER_TOKEN: { hosts, env: "MINE" } }, "/", {})).toMatch(/export MINE=…/);
  });

  it("of a key of the harness's own", async () => {
    const env = { OPENAI_API_KEY: value };
    expect(await refused({ OPENAI_API_KEY: { hosts } }, "/", env)).toMatch(/a key of harness itself/);
    expect(await refused({ MINE: { hosts, env: "OPENAI_API_KEY" } }, "/", env)).toMatch(
      /a key of harness itself/,
    );
  });
});

describe("keys of the harness", () => {
  it("are redacted where they are set", () => {
    const env = {
      ANTHROPIC_API_KEY: ` ${value} `,
      OPENAI_API_KEY: "short",
      LANGFUSE_SECRET_KEY: "sk-lf-0123",
      PATH: value,
    };
    const keys = keysOf(env);
    expect(keys).toEqual([
      { name: "ANTHROPIC_API_KEY", value },
      { name: "LANGFUSE_SECRET_KEY", value: "sk-lf-0123" },
    ]);
    expect(redaction(keys).text(`x ${value}`)).toBe("x {{secret:ANTHROPIC_API_KEY}}");
  });
});
