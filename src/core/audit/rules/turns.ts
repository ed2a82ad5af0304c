import type { Body } from "../../event.ts";
import type { Rule } from "../finding.ts";
import { closedBecause } from "../story.ts";
import type { ThreadStory } from "../story.ts";

/** Model calls: one at a time per thread, turn by turn. */
export const turnRule: Rule = {
  on: {
    "model-started": (body, { story, report }) => {
      const closed = closedBecause(story, body.thread);
      if (closed !== null) report("protocol", `${nameTurn(body)} starts, and ${closed}`);
      const wrong = wrongTurn(story.threads.get(body.thread), body);
      if (wrong !== null) report("protocol", `${nameTurn(body)} starts ${wrong}`);
    },
    "model-ended": (body, { story, report }) => {
      const thread = story.threads.get(body.thread);
      const open = thread?.model === "open" && thread.turn === body.turn && thread.try === body.try;
      if (!open) report("protocol", `${nameTurn(body)} ends and is not open`);
      if (body.outcome === "complete" && body.response === null)
        report("P4", `${nameTurn(body)} is complete and its answer was not kept`);
      if (body.outcome !== "complete" && body.calls.length > 0)
        report("protocol", `${nameTurn(body)} did not arrive whole, and its calls were taken`);
      if (body.calls.some((call, position) => call.index !== position))
        report("protocol", `${nameTurn(body)} does not number its calls in order`);
    },
    "context-compacted": (body, { story, report }) => {
      const thread = story.threads.get(body.thread);
      if (thread === undefined || body.throughTurn > thread.turn)
        report("protocol", `${body.thread} is compacted through turn ${body.throughTurn}, which never was`);
    },
  },
};

const nameTurn = (body: Pick<Body<"model-started">, "thread" | "turn" | "try">): string =>
  `turn ${body.turn} of ${body.thread} (try ${body.try})`;

function wrongTurn(thread: ThreadStory | undefined, body: Body<"model-started">): string | null {
  const is = (turn: number, attempt: number): boolean => body.turn === turn && body.try === attempt;
  switch (thread?.model) {
    case "open":
      return "while a model call of the thread is open";
    case "failed":
    case "cut":
      return is(thread.turn, thread.try + 1)
        ? null
        : `after try ${thread.try} of turn ${thread.turn} did not succeed`;
    case "complete":
      if (!is(thread.turn + 1, 1)) return `after turn ${thread.turn}`;
      return thread.next === thread.calls.length
        ? null
        : `before all calls of turn ${thread.turn} have ended`;
    default:
      return is(1, 1) ? null : "and is not the first";
  }
}
