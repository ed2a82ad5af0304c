import { spawn } from "node:child_process";
import { once } from "node:events";
import { text as allOf } from "node:stream/consumers";
import { oneLine } from "../view/words.ts";
import { Refused } from "../exit.ts";

/** What a signature is for, so that one made for a commit or a mail is none for a receipt. */
const namespace = "harness-receipt";

/** It may ask for the touch of a token, or a passphrase by its own window. */
const timeoutMs = 120_000;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `ssh-keygen`, which asks at the terminal if it must. null: it is not installed. */
async function sshKeygen(args: readonly string[], input: string): Promise<Ended | null> {
  const child = spawn("ssh-keygen", args, { stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs });
  const started = new Promise<boolean>((resolve, reject) => {
    child.once("spawn", () => resolve(true));
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? resolve(false) : reject(error),
    );
  });
  if (!(await started)) return null;
  // Whoever refuses its arguments reads none of it.
  child.stdin.on("error", () => undefined).end(input);
  const ended = once(child, "close") as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([allOf(child.stdout), allOf(child.stderr), ended]);
  return { code, out, err };
}

/** The signature of a text by a key of a file. @throws Refused */
export async function signed(text: string, key: string): Promise<string> {
  const end = await sshKeygen(["-Y", "sign", "-q", "-n", namespace, "-f", key], text);
  if (end === null) throw new Refused(`ssh-keygen is not installed; install openssh-client, then sign again`);
  if (end.code === 0) return end.out;
  throw new Refused(`${key}: ssh-keygen cannot sign with it: ${lastLine(end)}; name another by --key`);
}

export type Signature =
  | { readonly by: string }
  | { readonly fault: string }
  /** Nobody can tell here. `isAsked`: the project says who may sign, so it must be told somewhere. */
  | { readonly unchecked: string; readonly isAsked: boolean };

/** Who of the allowed signers signed a text. @param sig and @param signers paths of files */
export async function signerOf(text: string, sig: string, signers: string): Promise<Signature> {
  const found = await sshKeygen(["-Y", "find-principals", "-s", sig, "-f", signers], "");
  if (found === null)
    return { unchecked: "ssh-keygen is not installed (install openssh-client)", isAsked: true };
  const [by = ""] = found.out.trim().split("\n");
  if (found.code !== 0 || by === "")
    return { fault: `nobody of ${signers} has signed ${sig}: ${lastLine(found)}` };
  const args = ["-Y", "verify", "-n", namespace, "-f", signers, "-I", by, "-s", sig];
  const end = await sshKeygen(args, text);
  if (end?.code === 0) return { by };
  return { fault: `${sig} is no signature of ${by} for this receipt: ${lastLine(end)}` };
}

const lastLine = (end: Ended | null): string =>
  oneLine((end?.err || end?.out || "it says nothing").trim().split("\n").at(-1) ?? "", 200);
