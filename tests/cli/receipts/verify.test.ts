import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { receiptText } from "../../../src/evals/receipt/receipt-text.ts";
import { itemsOf, receiptFor } from "../../evals/receipt/ground.ts";
import { folder, harness } from "../ground.ts";
import type { Done } from "../ground.ts";
import { does, promoted, refused } from "../registry/ground.ts";
import { keep, measuredIn, suite } from "./ground.ts";

const whole = receiptFor();
const text = receiptText(whole);
const file = "worker-2.json";

/** Anywhere: no project, no lock. */
const anywhere = async (content = text): Promise<string> => folder({ [file]: content });
const verify = async (dir: string, ...more: readonly string[]): Promise<Done> =>
  harness(dir, ["receipt", "verify", file, ...more]);

describe("receipt verify, by anyone anywhere", () => {
  test("says the verdict, each guard, and what it cannot tell", async () => {
    const { code, out, err } = await verify(await anywhere());
    expect(code).toBe(0);
    const lines = out.split("\n").map((line) => line.replaceAll(/ +/g, " "));
    expect(lines[0]).toMatch(/^ PROMOTE prompt:worker@2 \w{4} against prompt:worker@1 \w{4}$/);
    expect(lines[1]).toMatch(
      /^ suite core \w{4}: 60 cases, 2 answers each, 3 evaluations looked at them so far$/,
    );
    expect(lines[2]).toBe(" difference still plausible margin");
    expect(lines[3]).toMatch(/^ cost ×1\.0\d ×1\.03 ×1\.15 holds$/);
    expect(lines[4]).toMatch(/^ quality \+\d\.\d pts −4\.6 pts −10\.0 pts holds$/);
    expect(lines[5]).toMatch(/^ refusals \+0\.0 pts \+7\.4 pts \+10\.0 pts holds$/);
    expect(lines[6]).toBe(" judge of quality: by 100 labels its margin is a true difference of 0.133");
    expect(err).toBe(
      " ok  its chain is whole, and its gate comes to this verdict from its 60 cases\n" +
        " not checked here: whether this is what harness.lock names, and the version, suite, cases and rubrics are those of a project: harness promote --check, there\n" +
        " not checked here: who made it: it is not signed\n",
    );
  });

  test("other verdicts and first versions are receipts as well", async () => {
    const rejected = receiptFor(itemsOf({ candidate: { quality: 0.4 }, baseline: { quality: 0.8 } }));
    const { code, out } = await verify(await anywhere(receiptText(rejected)));
    expect(code).toBe(0);
    expect(out).toMatch(/^ REJECT [^]*quality .* worse beyond doubt\n/);
    const first = await verify(
      await anywhere(receiptText(receiptFor(itemsOf({ candidate: { quality: 0.8 } })))),
    );
    expect(first.out).toMatch(
      /held against the floors of the suite\n[^]*against its floor +\d\d\.\d % +\d\d\.\d % +50\.0 % +holds/,
    );
  });

  test("names what is wrong, and says nothing that it says", async () => {
    const { code, out, err } = await verify(await anywhere(text.replace('"refusal":0', '"refusal":1')));
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /^ ✗ item c1: a score or answer of it was changed.*\n worker-2\.json: 1 fault, so it proves nothing/,
    );
    const many = await verify(await anywhere(text.replaceAll('"refusal":0', '"refusal":1')));
    expect(many.err).toContain("   and 40 more\n");
  });

  test("for machines, the same", async () => {
    const dir = await anywhere();
    const said = JSON.parse((await verify(dir, "--json")).out) as Record<string, unknown>;
    expect(said).toMatchObject({ ok: true, verdict: "PROMOTE", faults: [], signed: null, accepted: null });
    expect(said["guards"]).toHaveLength(3);
    expect(said["candidate"]).toMatchObject({ name: "worker", version: 2 });
    await writeFile(join(dir, file), "{");
    const none = await verify(dir, "--json");
    expect(none.code).toBe(1);
    expect(JSON.parse(none.out)).toMatchObject({
      ok: false,
      verdict: null,
      faults: [expect.stringMatching(/^it is no JSON/)],
    });
  });

  test("what hides in a receipt does nothing at a terminal", async () => {
    const accepted = { margins: { quality: 0.13 }, by: "Eve\u001B[2J\nok", why: "\u202Ex", at: 1 };
    const items = itemsOf({ candidate: { quality: 0.72 }, baseline: { quality: 0.8 } });
    const { code, out } = await verify(await anywhere(receiptText(receiptFor(items, { accepted }))));
    expect(code).toBe(0);
    expect(out).toContain("accepted quality=-13 by Eve");
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    expect(out).not.toMatch(/[\u001B\u202E]|^ok/m);
  });

  test("is refused in one line where there is nothing to verify", async () => {
    const dir = await anywhere();
    expect(await refused(dir, "receipt", "verify", "gone.json")).toMatch(/there is no such file/);
    expect(await refused(dir, "receipt", "verify")).toMatch(
      /harness receipt verify receipts\/worker-6\.json/,
    );
    expect(await refused(dir, "receipt", "bless", file)).toMatch(/there are verify and sign/);
  });
});

const hasKeygen = ((): boolean => {
  try {
    execFileSync("ssh-keygen", ["-Y", "find-principals"], { stdio: "ignore" });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
  return true;
})();

const absent = hasKeygen ? "" : ", which is not here: apt-get install openssh-client";

describe.skipIf(!hasKeygen)(`signatures by ssh-keygen${absent}`, () => {
  let keys = "";
  const line = async (name: string, principal: string): Promise<string> =>
    `${principal} ${await readFile(join(keys, `${name}.pub`), "utf8")}`;
  beforeAll(async () => {
    keys = await folder({}, false);
    for (const name of ["ann", "eve"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(keys, name)]);
    return async () => rm(keys, { recursive: true, force: true });
  });

  async function signedBy(name: string): Promise<string> {
    const dir = await anywhere();
    const { err } = await does(dir, "receipt", "sign", file, "--key", join(keys, name));
    expect(err).toContain(` signed  ${file}.sig, by ${join(keys, name)}\n`);
    await writeFile(join(dir, "allowed_signers"), `# who may sign\n${await line("ann", "ann@example.org")}`);
    return dir;
  }

  test("whose key is among the allowed signers is named", async () => {
    const dir = await signedBy("ann");
    const { code, err } = await verify(dir);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining("from its 60 cases, signed by ann@example.org\n"),
    });
    expect(JSON.parse((await verify(dir, "--json")).out)).toMatchObject({ signed: "ann@example.org" });
    await writeFile(join(dir, file), text.replaceAll("\n", "\r\n"));
    expect((await verify(dir)).code).toBe(0);
    expect(await refused(dir, "receipt", "sign", file, "--key", join(keys, "ann"))).toMatch(
      /is signed; to sign it anew, remove/,
    );
    await rm(join(dir, "allowed_signers"));
    expect((await verify(dir)).err).toContain("who signed it: ");
  });

  test("another's signature, one of another receipt, one for another purpose, or none is refused", async () => {
    expect((await verify(await signedBy("eve"))).err).toMatch(/nobody of .*allowed_signers has signed/);
    const dir = await signedBy("ann");
    const other = receiptText(receiptFor(undefined, { at: whole.at + 1 }));
    await writeFile(join(dir, file), other);
    expect(await verify(dir)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is no signature of ann@example\.org for this receipt/),
    });
    const args = ["-Y", "sign", "-q", "-n", "git", "-f", join(keys, "ann")];
    await writeFile(
      join(dir, `${file}.sig`),
      execFileSync("ssh-keygen", args, { input: other, stdio: ["pipe", "pipe", "ignore"] }),
    );
    expect((await verify(dir)).code).toBe(1);
    await rm(join(dir, `${file}.sig`));
    expect(await verify(dir)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/it is not signed, and .* says who must/),
    });
  });

  test("what does not hold is not signed, nor with a key that is none", async () => {
    const dir = await anywhere(text.replace('"refusal":0', '"refusal":1'));
    expect(await refused(dir, "receipt", "sign", file, "--key", join(keys, "ann"))).toMatch(
      /item c1: .*put it back/,
    );
    await writeFile(join(dir, file), text);
    expect(await refused(dir, "receipt", "sign", file, "--key", "no-key")).toMatch(
      /there is no key; name one/,
    );
    await writeFile(join(dir, "broken"), "no key\n", { mode: 0o600 });
    expect(await refused(dir, "receipt", "sign", file, "--key", "broken")).toMatch(
      /ssh-keygen cannot sign with it/,
    );
    const home = await folder();
    const none = await harness(dir, ["receipt", "sign", file], { env: { HOME: home } });
    expect(none.err).toMatch(/there is no key in ~\/\.ssh/);
  });

  test("a project that says who may sign asks for it, and git's key is the usual one", async () => {
    const dir = await promoted(suite);
    const path = await keep(dir, await measuredIn(dir, { candidate: 2, baseline: 1 }));
    await mkdir(join(dir, "receipts"), { recursive: true });
    await writeFile(join(dir, "receipts/allowed_signers"), await line("ann", "ann@example.org"));
    const promotion = ["promote", "prompt:worker@2", "--to", "production", "--why", "better"];
    expect(await refused(dir, ...promotion)).toMatch(/it is not signed, and .*harness receipt sign/);
    execFileSync("git", ["init", "-q"], { cwd: dir });
    execFileSync("git", ["config", "user.signingkey", join(keys, "ann")], { cwd: dir });
    await does(dir, "receipt", "sign", path);
    expect((await does(dir, ...promotion)).err).toContain("worker@2 is in production");
    await does(dir, "promote", "--check");
    await rm(join(dir, `${path}.sig`));
    expect((await harness(dir, ["promote", "--check"])).err).toMatch(
      /worker@2 is in production by receipts\/worker-2\.json: it is not signed/,
    );
  });
});
