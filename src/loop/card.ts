import { isFrom } from "../core/assessment.ts";
import type { Assessment } from "../core/assessment.ts";
import type { Card } from "../core/card.ts";
import { canonical } from "../core/canonical.ts";
import type { Json } from "../core/canonical.ts";
import { sentUrl } from "../core/http-call.ts";
import type { HttpArgs } from "../core/http-call.ts";
import { risks } from "../core/tool.ts";
import type { Judgement } from "../core/tool.ts";
import type { Job } from "./call.ts";
import { responseOf } from "./next-message.ts";
import { outsideOf } from "./run-call.ts";
import { shorten } from "./texts.ts";
import { cwd } from "./work.ts";
import type { Work } from "./work.ts";

/** How long a grant is good for. */
export const grantMs = 15 * 60_000;

/** Characters of what the agent said that a card keeps. */
const mostSaid = 4000;

/** What a person is shown of a call that the policy asks about. */
export async function cardOf(
  work: Work,
  found: Job,
  { parts }: Assessment,
  judgement: Judgement,
): Promise<Card> {
  const { call, thread, args } = found;
  const { sandbox, policy } = work.ports;
  const isOutside = outsideOf(work, call.tool) !== undefined;
  return {
    v: 1,
    tool: call.tool,
    action: actionOf(call.tool, args),
    args: args as Json,
    cwd: isOutside ? "this machine, outside the sandbox" : cwd,
    tree: thread.tree,
    image: sandbox.image,
    risk: judgement.risk,
    reach: judgement.reach,
    parts: parts
      .filter(({ risk }) => isFrom(risk, policy.askFrom) || risk === judgement.risk)
      .toSorted((a, b) => risks.indexOf(b.risk) - risks.indexOf(a.risk))
      .map(({ text, risk, because }) => ({ text, risk, because })),
    rule: judgement.rule,
    askFrom: policy.askFrom,
    isTainted: thread.isTainted && isFrom(judgement.risk, "external"),
    hosts: judgement.hosts,
    touches: [...new Set(parts.flatMap(({ touches }) => touches))],
    isUndone: judgement.reach === "sandbox" && !isOutside && judgement.hosts.length === 0,
    grantMs,
    says: shorten(await wordsOf(work, found), mostSaid),
  };
}

/** A command as it would run; of a request its line and what it sends; else the tool with its arguments. */
export function actionOf(tool: string, args: unknown): string {
  if (tool === "bash") return (args as { readonly command: string }).command;
  if (tool !== "http_request") return `${tool} ${canonical(args)}`;
  const { method, url, headers = {}, body } = args as HttpArgs;
  const head = [
    `${method} ${sentUrl(url)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return [...head, ...(body === undefined ? [] : ["", body])].join("\n");
}

/** What the agent said in the turn of the call. */
async function wordsOf(work: Work, { thread }: Job): Promise<string> {
  const { parts } = await responseOf(work, thread);
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}
