import { z } from "zod";
import type { Json } from "../../core/canonical.ts";
import { httpArgs, shownHost } from "../../core/http-call.ts";
import type { HttpArgs } from "../../core/http-call.ts";
import type { OutsideTool } from "../../core/ports.ts";
import { placeholderOf } from "../../core/secret.ts";
import type { Secret } from "../../core/secret.ts";
import { answerText, shown } from "./answer-text.ts";
import type { Answered } from "./answer-text.ts";
import { redirected } from "./redirect.ts";
import { send, within } from "./send.ts";
import type { SendOptions } from "./send.ts";

export interface HttpOptions extends SendOptions {
  /** Asked before a redirect is followed: a sentence refuses it. */
  readonly mayGo: (method: string, url: string, from: string) => Promise<string | null>;
}

type Effect = Awaited<ReturnType<OutsideTool["run"]>>;

/**
 * The tool `http_request`, on the host. `failed`: it is known that nothing of the request was sent; `done`: a status
 * line came, whatever it says and whatever became of the rest; `unknown`: neither is known. Nothing is sent twice.
 */
export const httpRequest = (options: HttpOptions): OutsideTool => ({
  spec: {
    name: "http_request",
    description: `Sends one HTTP request and returns the answer as text. A rule or a person allows it first; it is sent at most once. ${secretsText(options.secrets)}`,
    parameters: z.toJSONSchema(httpArgs, { io: "input" }) as { readonly [key: string]: Json },
  },
  run: async (_call, args, key, signal) => {
    const effect = await run(args, key, signal, options);
    return { outcome: effect.outcome, text: options.redaction.text(effect.text) };
  },
});

const secretsText = (secrets: readonly Secret[]): string =>
  secrets.length === 0
    ? "There are no secrets to send."
    : `Secrets are filled in on the way: ${secrets.map(({ name, hosts }) => `${placeholderOf(name)} for ${hosts.map(shownHost).join(" and ")}`).join("; ")}.`;

const usualSeconds = 30;

async function run(given: unknown, key: string, signal: AbortSignal, options: HttpOptions): Promise<Effect> {
  const parsed = httpArgs.safeParse(given);
  if (!parsed.success) return unsent(z.prettifyError(parsed.error));
  const args = parsed.data;
  return within(args.timeout_s ?? usualSeconds, signal, async (ends) => {
    const sent = await send(args, key, ends, options);
    switch (sent.outcome) {
      case "failed":
        return unsent(sent.why);
      case "unknown":
        return { outcome: "unknown", text: unknownText(args, sent.why) };
      case "done":
        return { outcome: "done", text: await follow(args, sent.answered, ends, options) };
    }
  });
}

const unsent = (why: string): Effect => ({ outcome: "failed", text: `Nothing was sent: ${why}.` });

const unknownText = ({ method, url }: HttpArgs, why: string): string =>
  `${method} ${url} was sent, and no answer came (${why}): nobody knows whether it was carried out.`;

const mostRedirects = 10;

/** Follows redirects as far as that is allowed. The first answer counts: what comes after it is told, not judged. */
async function follow(
  args: HttpArgs,
  first: Answered,
  signal: AbortSignal,
  options: HttpOptions,
): Promise<string> {
  const hops: string[] = [];
  let [asked, at] = [args, first];
  for (;;) {
    const next = redirected(asked, at, options.redaction);
    if (next === null) return answerText(hops, at, []);
    if (typeof next === "string") return answerText(hops, at, [next]);
    const where = shown(new URL(next.url));
    const refused = await refusal(next, at, hops.length, options);
    if (refused !== null)
      return answerText(hops, at, [`the redirect to ${where} was not followed: ${refused}`]);
    const sent = await send(next, "", signal, options);
    if (sent.outcome !== "done")
      return answerText(hops, at, [`the redirect to ${where} was followed, and no answer came: ${sent.why}`]);
    hops.push(`${at.method} ${shown(at.url)} → ${at.answer.status}`);
    [asked, at] = [next, sent.answered];
  }
}

async function refusal(
  next: HttpArgs,
  at: Answered,
  before: number,
  { mayGo }: HttpOptions,
): Promise<string | null> {
  if (before >= mostRedirects) return `${mostRedirects} were followed before it`;
  try {
    return await mayGo(next.method, next.url, at.url.href);
  } catch (error) {
    // The first request was answered: whatever goes wrong from here on must not hide that.
    return (error as Error).message;
  }
}
