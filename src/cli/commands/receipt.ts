import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { meant } from "../../core/nearest.ts";
import { inLf } from "../../core/registry/closure.ts";
import { runGit } from "../../edges/files/git.ts";
import { readFileThere } from "../../edges/registry/read-file.ts";
import { addFile } from "../../edges/registry/replace-file.ts";
import { verifyReceipt } from "../../evals/receipt/verify-receipt.ts";
import type { Verified } from "../../evals/receipt/verify-receipt.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { receiptLines } from "../receipts/receipt-lines.ts";
import { signatureOf, signaturePath, signersName } from "../receipts/signature-file.ts";
import { signed } from "../receipts/ssh-keygen.ts";
import type { Signature } from "../receipts/ssh-keygen.ts";
import { sha256 } from "../sha256.ts";
import { statThere } from "../there.ts";
import { jsonLine } from "../view/json-line.ts";
import { oneLine, plural } from "../view/words.ts";

export interface ReceiptOptions {
  readonly key?: string;
  readonly json?: boolean;
}

/** `harness receipt verify FILE`, `harness receipt sign FILE`. */
export async function receipt(
  io: Io,
  action: string,
  file: string | undefined,
  options: ReceiptOptions,
): Promise<number> {
  if (action !== "verify" && action !== "sign")
    throw new Refused(`receipt ${action}: there are verify and sign${meant(action, ["verify", "sign"])}`);
  if (file === undefined) throw new Refused(`say which: harness receipt ${action} receipts/worker-6.json`);
  const path = resolve(io.cwd, file);
  const isFile = (await statThere(path))?.isFile() ?? true;
  if (!isFile) throw new Refused(`${file}: it is no file; name a receipt, they lie in receipts/`);
  const text = await readFileThere(path);
  if (text === null) throw new Refused(`${file}: there is no such file; they lie in receipts/`);
  return action === "verify"
    ? verify(io, file, path, inLf(text), options)
    : sign(io, file, path, inLf(text), options.key);
}

/** What only a project can tell. */
const elsewhere =
  "whether this is what harness.lock names, and the version, suite, cases and rubrics are those of a project: harness promote --check, there";

async function verify(
  io: Io,
  file: string,
  path: string,
  text: string,
  { json }: ReceiptOptions,
): Promise<number> {
  const verified = verifyReceipt(text, sha256);
  const signature = await signatureOf(path, text);
  const faults = [
    ...verified.faults,
    ...(signature !== null && "fault" in signature ? [signature.fault] : []),
  ];
  const unchecked = [
    elsewhere,
    ...(signature === null
      ? ["who made it: it is not signed"]
      : "unchecked" in signature
        ? [`who signed it: ${signature.unchecked}`]
        : []),
  ];
  const told = { ...verified, faults, unchecked, signature };
  if (json === true) io.out(jsonLine(record(text, told)));
  else tell(io, file, told);
  return faults.length === 0 ? exit.ok : exit.notMet;
}

interface Told extends Verified {
  readonly unchecked: readonly string[];
  readonly signature: Signature | null;
}

function record(text: string, { receipt: read, decision, faults, unchecked, signature }: Told): object {
  return {
    ok: faults.length === 0,
    digest: sha256(text),
    verdict: decision?.verdict ?? null,
    faults,
    candidate: read?.candidate ?? null,
    baseline: read?.baseline ?? null,
    best: read?.best ?? null,
    suite: read?.suite ?? null,
    accepted: read?.accepted ?? null,
    guards: decision?.guards ?? [],
    primary: decision?.primary ?? null,
    signed: signature !== null && "by" in signature ? signature.by : null,
    unchecked,
  };
}

const mostFaults = 20;

function tell(io: Io, file: string, { receipt: read, decision, faults, unchecked, signature }: Told): void {
  if (read !== null && decision !== null && faults.length === 0)
    for (const line of receiptLines(read, decision, { columns: io.columns, now: Date.now() }))
      io.out(`${line}\n`);
  for (const fault of faults.slice(0, mostFaults)) io.err(` ✗ ${oneLine(fault, 1000)}\n`);
  if (faults.length > mostFaults) io.err(`   and ${faults.length - mostFaults} more\n`);
  if (faults.length > 0) {
    const say = `${file}: ${plural(faults.length, "fault")}, so it proves nothing`;
    io.err(` ${say}; if it is of a repository, put it back: git checkout -- ${file}\n`);
    return;
  }
  const by = signature !== null && "by" in signature ? `, signed by ${signature.by}` : "";
  io.err(
    ` ok  its chain is whole, and its gate comes to this verdict from its ${plural(read?.items.length ?? 0, "case")}${by}\n`,
  );
  for (const what of unchecked) io.err(` not checked here: ${oneLine(what, 300)}\n`);
}

async function sign(
  io: Io,
  file: string,
  path: string,
  text: string,
  typed: string | undefined,
): Promise<number> {
  const [fault] = verifyReceipt(text, sha256).faults;
  if (fault !== undefined)
    throw new Refused(`${file}: ${fault}; who signs it answers for it, so put it back as it was first`);
  const sig = signaturePath(path);
  if ((await statThere(sig)) !== null)
    throw new Refused(`${file} is signed; to sign it anew, remove ${signaturePath(file)} first`);
  const key = typed === undefined ? await usualKey(io) : resolve(io.cwd, typed);
  if ((await statThere(key)) === null)
    throw new Refused(
      `${key}: there is no key; name one: harness receipt sign ${file} --key ~/.ssh/id_ed25519`,
    );
  await addFile(sig, await signed(text, key));
  io.err(` signed  ${signaturePath(file)}, by ${key}\n`);
  io.err(
    ` next: who may sign is said in ${signersName} beside it, a line each: ann@example.org ${await publicKey(key)}\n`,
  );
  return exit.ok;
}

/** The key of git's own signatures if it is a file of ssh, else the first of the usual ones. */
async function usualKey(io: Io): Promise<string> {
  const place = { cwd: io.cwd, options: [], env: {}, settings: [] };
  const end = await runGit(place, ["config", "--type=path", "--get", "user.signingkey"]);
  const named = end?.code === 0 ? end.out.toString("utf8").trim() : "";
  const home = join(io.env["HOME"] ?? homedir(), ".ssh");
  const usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(home, name));
  for (const path of [...(named.startsWith("/") ? [named] : []), ...usual])
    if ((await statThere(path)) !== null) return path;
  throw new Refused(
    "there is no key in ~/.ssh; make one (ssh-keygen -t ed25519), or name another: --key FILE",
  );
}

async function publicKey(key: string): Promise<string> {
  const text = await readFileThere(key.endsWith(".pub") ? key : `${key}.pub`);
  const [type = "", value = ""] = (text ?? "").trim().split(" ");
  return value === "" ? "ssh-ed25519 …" : `${type} ${value}`;
}
