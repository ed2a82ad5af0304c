import { html } from "./html.ts";
import type { Html } from "./html.ts";

/** A sign with a colour: each tells as much as the other, and a word stands beside both. */
interface Mark {
  readonly shape: "check" | "cross" | "dot" | "ring" | "ask" | "dash";
  readonly tone: "good" | "bad" | "live" | "warn" | "quiet";
}

const good: Mark = { shape: "check", tone: "good" };
const bad: Mark = { shape: "cross", tone: "bad" };
const live: Mark = { shape: "dot", tone: "live" };
const waits: Mark = { shape: "ask", tone: "warn" };
const later: Mark = { shape: "ring", tone: "quiet" };
const gone: Mark = { shape: "dash", tone: "quiet" };

/** Of runs, tasks, attempts, criteria, answers, effects, verdicts and guards, by the word that stands beside it. */
const words: readonly (readonly [mark: Mark, words: readonly string[]])[] = [
  [
    good,
    ["met", "accepted", "pass", "happened", "done", "approved", "approved, edited", "adopted", "edited"],
  ],
  [good, ["accept", "retry", "replan", "raise"]],
  [good, ["PROMOTE", "holds"]],
  [live, ["working", "active", "open"]],
  [waits, ["waits", "stuck", "invalid", "in doubt", "conflict", "regressed", "INCONCLUSIVE", "not decided"]],
  [later, ["pending", "proposed", "paused", "not judged", "no gate"]],
  [gone, ["dropped", "cancelled", "moot", "void", "expired", "skipped", "stopped"]],
  [gone, ["drop", "stop", "did not happen"]],
];
const marks: ReadonlyMap<string, Mark> = new Map(
  words.flatMap(([mark, all]) => all.map((word) => [word, mark] as const)),
);

/** Whatever is none of the above went wrong. */
export const markOf = (word: string): Mark => marks.get(word) ?? bad;

/** The sign and the word. */
export function status(word: string): Html {
  const { shape, tone } = markOf(word);
  return html`<span class="status ${tone}">${sign(shape)}${word}</span>`;
}

const sign = (shape: Mark["shape"]): Html =>
  html`<svg class="sign" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
    <use href="#sign-${shape}"></use>
  </svg>`;

/** The sign of a word inside a picture. */
export const signAt = (word: string, x: number, y: number): Html =>
  html`<use
    class="${markOf(word).tone}"
    href="#sign-${markOf(word).shape}"
    x="${x}"
    y="${y}"
    width="14"
    height="14"
  ></use>`;

/** The signs, once for the whole page. */
export const signs: Html = html`<svg class="defs" width="0" height="0" aria-hidden="true">
  <defs>
    <symbol id="sign-check" viewBox="0 0 16 16">
      <circle class="solid" cx="8" cy="8" r="8"></circle>
      <path class="cut" d="M4.3 8.4 7 11 11.8 5.4"></path>
    </symbol>
    <symbol id="sign-cross" viewBox="0 0 16 16">
      <rect class="solid" x="0.5" y="0.5" width="15" height="15" rx="3"></rect>
      <path class="cut" d="M5 5 11 11M11 5 5 11"></path>
    </symbol>
    <symbol id="sign-dot" viewBox="0 0 16 16">
      <circle class="line" cx="8" cy="8" r="6.8"></circle>
      <circle class="solid" cx="8" cy="8" r="3.6"></circle>
    </symbol>
    <symbol id="sign-ring" viewBox="0 0 16 16"><circle class="line" cx="8" cy="8" r="6.8"></circle></symbol>
    <symbol id="sign-ask" viewBox="0 0 16 16">
      <path class="solid" d="M8 0 16 15 0 15Z"></path>
      <path class="cut" d="M8 5.4V10M8 12V13.2"></path>
    </symbol>
    <symbol id="sign-dash" viewBox="0 0 16 16">
      <rect class="line" x="1.2" y="1.2" width="13.6" height="13.6" rx="3"></rect>
      <path class="line" d="M4.5 8H11.5"></path>
    </symbol>
  </defs>
</svg>`;
