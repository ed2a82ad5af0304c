import { sidesOf, sideText } from "../../../evals/report/arms.ts";
import type { StoredReport } from "../../../evals/report/report.ts";
import { html } from "../../page/html.ts";
import type { Html } from "../../page/html.ts";
import { oneLine, plural } from "../../view/words.ts";
import { table } from "./region.ts";

const most = 30;

/** Answers that are none, by what was said of them: the most frequent first. */
export function failures(report: StoredReport): Html {
  const failed = report.answers.filter(({ answered }) => answered.outcome !== "complete");
  if (failed.length === 0) return html`<p class="none">Every answer came.</p>`;
  const names = new Map(sidesOf(report).map(({ arm, side }) => [arm, sideText(side)]));
  const kinds = Map.groupBy(
    failed,
    ({ arm, answered: { outcome, why } }) => `${arm}\n${outcome}\n${oneLine(why ?? "no reason given", 200)}`,
  );
  const rows = [...kinds]
    .toSorted(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .map(([key, own]) => {
      const [arm = "", outcome = "", why = ""] = key.split("\n");
      return [names.get(own[0]?.arm ?? "candidate") ?? arm, outcome, own.length, why, own[0]?.case ?? ""];
    });
  const more = rows.length - most;
  return html`<p class="note">
      Errors count as the worst there is. Outages are asked again; what is left decides nothing.
    </p>
    ${table(
      "errors and outages",
      [
        { name: "arm" },
        { name: "outcome" },
        { name: "answers", isNumber: true },
        { name: "why" },
        { name: "for one, case" },
      ],
      rows.slice(0, most),
    )}
    ${more > 0 ? html`<p class="note">and ${plural(more, "more reason")}</p>` : null}`;
}
