import type { Body } from "../../event.ts";
import { isFinishing } from "../../tool.ts";
import type { Rule, Sight } from "../finding.ts";
import { closedBecause } from "../story.ts";
import type { CallStory } from "../story.ts";

/** Tool calls: in order, judged before they start, ended once. What reaches outside is for `effectRule`. */
export const callRule: Rule = {
  on: {
    "call-judged": (body, sight) => {
      const call = checkKnown(body, sight);
      if (call === null || call.status === "in-doubt") return;
      if (call.status !== "proposed" || call.judged !== null) {
        sight.report("protocol", `call ${call.id} is judged while it is ${standing(call)}`);
      }
      checkTurn(call, sight);
    },
    "call-started": (body, sight) => {
      const call = checkKnown(body, sight);
      if (call === null || call.status === "in-doubt") return;
      const { report } = sight;
      if (call.status === "started" || call.status === "ended") {
        if (body.reach === "sandbox") report("protocol", `call ${call.id} starts while it is ${call.status}`);
        return;
      }
      if (call.judged === null) report("protocol", `call ${call.id} starts and was never judged`);
      if (body.tool !== call.tool)
        report("protocol", `call ${call.id} runs ${body.tool}, and the model asked for ${call.tool}`);
      if (body.approval === null && body.args !== call.args)
        report("protocol", `call ${call.id} runs with arguments the model did not give`);
      checkTree(call, body, sight);
    },
    "call-ended": (body, sight) => {
      const call = checkKnown(body, sight);
      if (call === null || call.status === "in-doubt") return;
      const wrong = wrongEnd(call, body);
      if (wrong !== null) sight.report("protocol", `call ${call.id} ends ${wrong}`);
      if (body.outcome !== "cut" && body.result === null)
        sight.report("P4", `call ${call.id} ended and what it gave back was not kept`);
      if (call.status === "proposed" && call.judged === null) checkTurn(call, sight);
    },
  },
};

/** The call of an event, when it and the try exist. */
function checkKnown(body: { call: string; try: number }, { story, entry, report }: Sight): CallStory | null {
  const call = story.calls.get(body.call);
  if (call === undefined) {
    report("protocol", `${entry.type} is about call ${body.call}, which no model asked for`);
    return null;
  }
  const repeated = entry.type === "call-started" && entry.body.reach === "outside" && body.try > 1;
  if (call.try !== body.try && !repeated) {
    report(
      "protocol",
      `${entry.type} is about try ${body.try} of call ${call.id}, which is at try ${call.try}`,
    );
  }
  return call;
}

const standing = (call: CallStory): string => (call.status === "proposed" ? "judged already" : call.status);

/** A call runs in the turn its thread is at, after those before it, while its thread is at work. */
function checkTurn(call: CallStory, { story, report }: Sight): void {
  const thread = story.threads.get(call.thread);
  const closed = closedBecause(story, call.thread);
  if (closed !== null) report("protocol", `call ${call.id} goes on, and ${closed}`);
  else if (thread?.turn !== call.turn) report("protocol", `call ${call.id} goes on after its turn was over`);
  else if (thread.next < call.index)
    report("protocol", `call ${call.id} comes before the calls before it have ended`);
}

/** A workspace is never trusted as found: a call starts on the tree the call before it left. */
function checkTree(call: CallStory, body: Body<"call-started">, { story, report }: Sight): void {
  const tree = story.threads.get(call.thread)?.tree ?? null;
  if (body.tree === null || tree === null || body.approval !== null || body.tree === tree) return;
  report("P4", `call ${call.id} starts on a workspace that is not what the journal says was left`);
}

function wrongEnd(call: CallStory, body: Body<"call-ended">): string | null {
  switch (call.status) {
    case "ended":
      return "twice";
    case "started":
      if (body.outcome === "refused") return "as refused after it had started";
      return call.started?.body.reach === "sandbox" && body.effect !== null
        ? "with an effect outside, which it cannot reach"
        : null;
    case "asking":
      return "while a person is asked about it";
    case "proposed":
      return body.outcome === "refused" || isHandIn(call, body)
        ? null
        : `as ${body.outcome} and was never started`;
    case "refused":
      return body.outcome === "refused" ? null : `as ${body.outcome} and was never started`;
    case "cleared":
      return `as ${body.outcome} while the grant for it waits`;
    default:
      return null;
  }
}

/** Repeatable, so it needs no start: what is handed in was taken, or sent back. */
const isHandIn = (call: CallStory, { outcome }: Body<"call-ended">): boolean =>
  isFinishing(call.tool) && call.valid && (outcome === "ok" || outcome === "error");
