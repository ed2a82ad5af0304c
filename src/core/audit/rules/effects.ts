import type { Body } from "../../event.ts";
import { unanswered } from "../answers.ts";
import type { Rule, Sight } from "../finding.ts";
import type { CallStory } from "../story.ts";

/** P2: what a call does outside happens at most once, and what nobody saw is said to be in doubt. */
export const effectRule: Rule = {
  on: {
    "call-judged": (body, { story, report }) => {
      if (story.calls.get(body.call)?.status === "in-doubt")
        report("P2", `call ${body.call} is judged again while nobody knows whether it happened`);
    },
    "call-started": (body, { story, report }) => {
      const call = story.calls.get(body.call);
      if (call === undefined) return;
      if (call.status === "in-doubt")
        report("P2", `call ${call.id} starts again while nobody knows whether it happened`);
      else if (wasOutside(call)) report("P2", `call ${call.id} reaches outside and starts a second time`);
      else if (body.reach === "outside" && body.try > 1)
        report("P2", `call ${call.id} reaches outside and starts at try ${body.try}`);
      if (call.judged !== null && call.judged.reach !== body.reach && call.edited === null)
        report(
          "P2",
          `call ${call.id} was judged to reach ${call.judged.reach} and runs with reach ${body.reach}`,
        );
    },
    "call-ended": (body, sight) => {
      const call = sight.story.calls.get(body.call);
      if (call !== undefined) checkEnd(call, body, sight);
    },
    "effect-doubted": (body, sight) => checkDoubt(sight.story.calls.get(body.call), body, sight),
    "effect-settled": (body, sight) => checkSettled(sight.story.calls.get(body.call), body, sight),
  },
};

const wasOutside = (call: CallStory): boolean => call.started?.body.reach === "outside";

function checkEnd(call: CallStory, body: Body<"call-ended">, { report }: Sight): void {
  if (call.status === "in-doubt") report("P2", `call ${call.id} is in doubt and ends without being settled`);
  else if (call.status !== "started" || !wasOutside(call)) return;
  else if (body.outcome === "cut")
    report("P2", `call ${call.id} reached outside, was cut, and is treated as if it had not happened`);
  else if (body.effect === null)
    report("P2", `call ${call.id} reached outside and ended without saying whether it happened`);
}

function checkDoubt(
  call: CallStory | undefined,
  body: Body<"effect-doubted">,
  { story, report }: Sight,
): void {
  if (call?.status !== "started") return report("P2", `call ${body.call} is put in doubt and is not running`);
  if (!wasOutside(call)) return report("P2", `call ${body.call} is put in doubt and cannot reach outside`);
  const crashed = call.started !== null && call.started.epoch < story.epoch;
  if (crashed !== (body.why === "crash")) {
    report(
      "P2",
      `call ${body.call} is put in doubt by a ${body.why}, and its owner ${crashed ? "is gone" : "is still alive"}`,
    );
  }
}

function checkSettled(
  call: CallStory | undefined,
  body: Body<"effect-settled">,
  { answers, report }: Sight,
): void {
  if (call?.status !== "in-doubt") return report("P2", `call ${body.call} is settled and is not in doubt`);
  if (body.by.type === "harness" && call.started?.body.probe === null) {
    return report("P2", `call ${body.call} is settled by the harness, and it has no probe`);
  }
  const wrong = unanswered(
    answers,
    body.call,
    body.by,
    (value) => value.type === "effect" && value.finding === body.finding && value.evidence === body.evidence,
  );
  if (wrong !== null) report("P2", `call ${body.call} is settled, but ${wrong}`);
}
