import { worst } from "../../core/assessment.ts";
import { canonical } from "../../core/canonical.ts";
import type { Json } from "../../core/canonical.ts";
import type { Card } from "../../core/card.ts";
import type { RunState } from "../../core/run.ts";
import type { RuleSpec } from "../../core/rule.ts";
import { BadInput } from "../../edges/project/bad-input.ts";
import { addRule } from "../../edges/project/add-rule.ts";
import { readProject } from "../../edges/project/project-file.ts";
import { putJson, putText } from "../../loop/texts.ts";
import type { Io } from "../io.ts";
import type { Keyboard } from "../keyboard.ts";
import { actionOf } from "../../loop/card.ts";
import { taskOf } from "../waiting.ts";
import type { Waiting } from "../waiting.ts";
import type { EditedCard } from "../view/card-rows.ts";
import { cardInFull, cardText } from "../view/card.ts";
import type { CardSight } from "../view/card.ts";
import { inFrame } from "../view/visible.ts";
import { plural } from "../view/words.ts";
import { argsFrom, editable, inEditor } from "./edit-action.ts";
import { answerWith, elsewhere, isAnswered, say, sayNoKey, settle } from "./asking.ts";
import type { Answered, Asking, CardPorts } from "./asking.ts";
import { giveUnasked } from "./give.ts";
import { showPages } from "./pages.ts";
import { agreeOnRule } from "./remember.ts";
import { typeLine } from "./type-line.ts";

/**
 * Shows what waits for an approval, and takes the answer of the person at this terminal. It goes where those of other
 * terminals go; the first one wins. Only a key pressed after the card was seen is an answer; end of input and ctrl-c are
 * none.
 */
export async function answerCard(
  io: Io,
  keyboard: Keyboard,
  ports: CardPorts,
  run: RunState,
  waiting: Waiting,
  over: AbortSignal,
): Promise<Answered> {
  const waits = new Set(
    [...run.approvals.values()].map(({ status, call }) => (status === "open" ? taskOf(call) : null)),
  );
  const others = [...run.active].filter((task) => !waits.has(task)).length;
  const aside = others === 0 ? "" : `${plural(others, "task goes", "tasks go")} on`;
  const asking = { io, keyboard, ports, run: run.id, waiting, over, aside, alike: 0, others: [] };
  return (await askOnCard(asking)) as Answered;
}

/** What is on the table: the request, or what the person made of it. */
interface Shown {
  /** A text where a run of an older version asks. */
  readonly card: Card | string;
  readonly edited: EditedCard | null;
  /** What was typed and could not be taken. */
  readonly draft: string | null;
}

/** As `answerCard`; also one of `others`. */
export async function askOnCard(asking: Asking): Promise<string> {
  const { io, keyboard, waiting, over, others } = asking;
  let shown: Shown = { card: waiting.card ?? waiting.text, edited: null, draft: null };
  if (await isAnswered(asking)) return "elsewhere";
  for (let [isNew, isFirst] = [true, true]; ; isFirst = false) {
    if (isNew) io.err(`\n${cardText(shown.card, sightOf(asking, shown))}`);
    await settle(asking, isFirst);
    const key = await keyboard.next(over);
    if (over.aborted) return elsewhere(asking);
    if (others.includes(key)) return key;
    const next = await act(asking, shown, key);
    if (typeof next === "string") return next;
    // A card that stands there still is not drawn again for a slip of a finger.
    isNew = next !== null;
    shown = next ?? shown;
  }
}

const keysOf = (card: Card | string): readonly string[] => [
  "[y]es",
  ...(typeof card === "string" ? [] : ["[r]emember as a rule…", "[e]dit"]),
  "[n]o, because…",
  "[d]etails",
  "[s]top",
  "[l]ater",
];

const sightOf = ({ io, ports, run, waiting, aside, alike }: Asking, { card, edited }: Shown): CardSight => ({
  columns: io.columns,
  short: waiting.short,
  run,
  task: waiting.task,
  askedAt: waiting.askedAt,
  now: ports.clock.now(),
  expires: waiting.expires,
  alike,
  keys: keysOf(card),
  aside,
  edited,
});

/** What a key does. @returns how the card is left, what is shown next, or null: as it is */
async function act(asking: Asking, shown: Shown, key: string): Promise<Answered | Shown | null> {
  switch (key) {
    case "y":
      return grant(asking, shown, null);
    case "r":
      return remember(asking, shown);
    case "e":
      return edit(asking, shown);
    case "n":
      return refuse(asking, shown);
    case "d":
      return details(asking, shown);
    case "s":
      return stop(asking, shown);
    case "l":
      return "later";
    case "q":
    case "ctrl-c":
    case "end":
      return "left";
    default:
      sayNoKey(asking, key);
      return null;
  }
}

async function details(asking: Asking, shown: Shown): Promise<Answered | Shown> {
  const { io, keyboard, over } = asking;
  const lines = cardInFull(shown.card, { ...sightOf(asking, shown), keys: [] });
  const hasLeft = await showPages(io, keyboard, lines, over);
  return hasLeft ? "left" : shown;
}

async function grant(asking: Asking, { card, edited }: Shown, rule: RuleSpec | null): Promise<Answered> {
  const { blobs } = asking.ports;
  const args = edited === null || typeof card === "string" ? null : await putJson(blobs, card.args);
  const answer = args === null ? "grant" : "grant-edited";
  const ruled = rule === null ? {} : { rule: await putJson(blobs, rule) };
  return answerWith(asking, { type: "approval", answer, edited: args, note: null, ...ruled });
}

/** The rule is the person's own wish: it is written before the answer, which needs it and may come too late. */
async function remember(asking: Asking, shown: Shown): Promise<Answered | Shown> {
  const { io, keyboard, over, ports } = asking;
  if (typeof shown.card === "string" || shown.edited !== null) {
    say(asking, "only what was asked can be made a rule; answer with y or n");
    return shown;
  }
  const table = { io, keyboard, over, now: ports.clock.now(), say: (text: string) => say(asking, text) };
  const rule = await agreeOnRule(table, shown.card);
  if (over.aborted) return elsewhere(asking);
  if (rule === null) return shown;
  if (rule === "left") return rule;
  try {
    const { dir } = await readProject(io.cwd);
    say(asking, `written to ${await addRule(dir, rule)}`);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    say(asking, `no rule was written and nothing answered: ${error.message}`);
    return shown;
  }
  return grant(asking, shown, rule);
}

async function edit(asking: Asking, shown: Shown): Promise<Shown | null> {
  const { io, keyboard } = asking;
  const { card } = shown;
  if (typeof card === "string") {
    sayNoKey(asking, "e");
    return null;
  }
  const before = editable(card);
  const found = await inEditor(io, keyboard, card, shown.draft ?? before);
  if ("fault" in found) {
    say(asking, inFrame(found.fault));
    return shown;
  }
  if (found.text === before) {
    say(asking, "it is as it was");
    return { ...shown, draft: null };
  }
  const read = argsFrom(card, found.text);
  if ("args" in read) return withArgs(asking, shown, card, read.args);
  for (const line of read.fault.split("\n")) say(asking, inFrame(line));
  say(asking, "[e]dit goes on with what you wrote");
  return { ...shown, draft: found.text };
}

/** The card of what the person made of a call; of what was asked again where it says the same. */
function withArgs({ ports, waiting }: Asking, shown: Shown, card: Card, args: Json): Shown {
  if (waiting.card !== null && canonical(args) === canonical(waiting.card.args))
    return { card: waiting.card, edited: null, draft: null };
  const action = actionOf(card.tool, args);
  const assessed = ports.assess?.(card.tool, args);
  if (assessed === undefined) {
    const unjudged = { ...card, args, action, parts: [], rule: null, touches: [], isUndone: false };
    return { card: unjudged, edited: { isJudged: false }, draft: null };
  }
  const { parts } = assessed;
  const judged: Card = {
    ...card,
    args,
    action,
    risk: worst(parts),
    parts,
    rule: null,
    hosts: [...new Set(parts.flatMap(({ hosts }) => hosts ?? []))],
    touches: [...new Set(parts.flatMap(({ touches }) => touches))],
    isUndone: card.isUndone && parts.every(({ hosts }) => hosts?.length === 0),
  };
  return { ...shown, card: judged, edited: { isJudged: true }, draft: null };
}

async function refuse(asking: Asking, shown: Shown): Promise<Answered | Shown> {
  const { io, keyboard, over, ports } = asking;
  const typed = await typeLine(io, keyboard, "   no, because (enter: no reason, esc: back): ", over);
  if (over.aborted) return elsewhere(asking);
  if (typed === "left") return "left";
  if (typed === "cancelled") return shown;
  const reason = typed.line.trim();
  const note = reason === "" ? null : await putText(ports.blobs, reason);
  return answerWith(asking, { type: "approval", answer: "refuse", edited: null, note });
}

async function stop(asking: Asking, shown: Shown): Promise<Answered | Shown> {
  const { io, keyboard, over, ports, run } = asking;
  say(asking, `stop run ${run}? What is open ends first, nothing accepted is lost, this stays unanswered.`);
  io.err("            [s]top it   any other key: back\n");
  await keyboard.forget();
  const key = await keyboard.next(over);
  if (over.aborted) return elsewhere(asking);
  if (key !== "s") return key === "ctrl-c" || key === "end" ? "left" : shown;
  await giveUnasked(ports, run, "stop", { type: "stop" });
  say(asking, `run ${run} was asked to stop`);
  return "left";
}
