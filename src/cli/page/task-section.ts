import type { Criterion } from "../../core/criterion.ts";
import { criterionText } from "../../loop/describe.ts";
import type { Handoff } from "../../loop/handoff.ts";
import { oneLine, plural } from "../view/words.ts";
import { attemptSection } from "./attempt.ts";
import { bounded, excerpt, share } from "./bounded.ts";
import { bullets, list, shownOf } from "./bullets.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { status } from "./marks.ts";
import { factsOf } from "./tasks.ts";
import type { PageTask } from "./tasks.ts";

/** Bytes that texts of all tasks, and of all attempts, take together, and attempts that are told. */
const whole = { tasks: 300_000, attempts: 400_000, count: 600 };

/** Every task with its attempts, folded. */
export function tasksSection(tasks: readonly PageTask[], run: string): Html {
  if (tasks.length === 0) return html`<p class="none">There is no task yet.</p>`;
  const count = tasks.reduce((sum, { attempts }) => sum + attempts.length, 0);
  const rooms: Rooms = {
    task: share(whole.tasks, tasks.length, 400, 12_000),
    attempt: share(whole.attempts, Math.min(count, whole.count), 400, 16_000),
    attempts: Math.max(2, Math.floor(whole.count / tasks.length)),
  };
  return html`<p class="note">One of them with all its texts: <code>harness show ${run} --task ID</code></p>
    ${tasks.map((task) => taskSection(task, rooms))}`;
}

/** Bytes for the texts of a task and of an attempt, and attempts of one task. */
interface Rooms {
  readonly task: number;
  readonly attempt: number;
  readonly attempts: number;
}

function taskSection(task: PageTask, rooms: Rooms): Html {
  const { id, title, acceptedBy, attempts, spec, handoff, needs } = task;
  const word = html`${status(task.status)}${acceptedBy === "person" ? " by a person" : null}`;
  const shown = excerpt(attempts, rooms.attempts);
  const section = (one: PageTask["attempts"][number]): Html =>
    attemptSection(one, rooms.attempt, before(attempts, one));
  return html`<article class="task" id="task-${id}">
    <h3><code>${id}</code> ${oneLine(title, 200)}</h3>
    <p class="facts">
      ${word} · ${factsOf(task)}${needs.length === 0 ? null : html` · needs ${needLinks(needs)}`}
    </p>
    ${
      spec === null
        ? null
        : html`<details>
            <summary>instructions and ${plural(spec.criteria.length, "criterion", "criteria")}</summary>
            <pre class="said">${bounded(spec.instructions.trim(), rooms.task / 2)}</pre>
            ${criteriaList(spec.criteria, rooms.task / 4)}
          </details>`
    }
    ${shown.first.map(section)}${shown.missing === 0 ? null : html`<p class="note">… ${plural(shown.missing, "more attempt")} …</p>`}${shown.last.map(section)}
    ${handoff === null ? null : handoffSection(handoff, rooms.task / 4)}
  </article> `;
}

const before = (attempts: PageTask["attempts"], { attempt }: PageTask["attempts"][number]) =>
  attempts.find((one) => one.attempt === attempt - 1);

const mostNeeds = 12;

function needLinks(needs: readonly string[]): Html {
  const links = needs
    .slice(0, mostNeeds)
    .map((need, index) => html`${index === 0 ? "" : ", "}<a href="#task-${need}"><code>${need}</code></a>`);
  const more = needs.length - mostNeeds;
  return html`${links}${more > 0 ? ` and ${more} more` : null}`;
}

/** Criteria in words, without the fences that are for models; in `room` bytes together. */
export function criteriaList(criteria: readonly Criterion[], room: number): Html {
  const each = room / shownOf(criteria);
  return list(
    criteria,
    (one) =>
      html`<li>
        <code>${one.id}</code>${one.guard === true ? " (guard)" : null}
        <pre class="said">${bounded(unfenced(criterionText(one)), each)}</pre>
      </li>`,
  );
}

const unfenced = (text: string): string => text.replaceAll(/^```\n?/gm, "").trimEnd();

function handoffSection({ summary, artifacts, decisions, open_questions }: Handoff, room: number): Html {
  const part = (name: string, items: readonly string[]): Html | null =>
    items.length === 0
      ? null
      : html`<h5>${name}</h5>
          ${bullets(items, room / 2)}`;
  const asks = open_questions.length === 0 ? "" : `, with ${plural(open_questions.length, "question")}`;
  return html`<details>
    <summary>what it handed on${asks}</summary>
    <pre class="said">${bounded(summary, room)}</pre>
    ${part("files", artifacts)}${part("decided", decisions)}${part("asks you", open_questions)}
  </details>`;
}
