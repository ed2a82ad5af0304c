import { meant } from "../../core/nearest.ts";
import type { Redaction } from "../../core/redaction.ts";
import { readProject } from "../../edges/project/project-file.ts";
import type { Report } from "../../evals/report/report.ts";
import { wholesOf } from "../../evals/report/wholes.ts";
import { exit, Refused } from "../exit.ts";
import type { Io } from "../io.ts";
import { readableKept, redactedIo } from "../kept-secrets.ts";
import { headsIn, openReport } from "../report/open-report.ts";
import { listLines } from "../report/list.ts";
import { reportText } from "../report/terminal.ts";
import { versionWinRates } from "../report/version-win-rates.ts";
import { writeReport } from "../report/write.ts";
import { jsonLine } from "../view/json-line.ts";

export interface ReportOptions {
  readonly suite?: string;
  /** A file, `-` for stdout; true: named after the report. */
  readonly html?: string | true;
  readonly junit?: string | true;
  readonly markdown?: string | true;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `harness report [REPORT]`: all reports as a table, or one of them in a form of one's choice. */
export async function reports(
  terminal: Io,
  named: string | undefined,
  options: ReportOptions,
): Promise<number> {
  const { dir, spec } = await readProject(terminal.cwd);
  const kept = await readableKept(dir, spec, terminal.env);
  const io = redactedIo(terminal, kept);
  checkAsked(named, options);
  if (named === undefined) return list(io, dir, options);
  const found = withoutSecrets(await openReport(dir, io.cwd, named), kept.redaction);
  if (options.json === true) {
    io.out(jsonLine({ ...found, over_all: wholesOf(found) }));
    return exit.ok;
  }
  const { html, junit, markdown } = options;
  if (html === undefined && junit === undefined && markdown === undefined) {
    io.out(reportText(found, { receipt: null, exit: null, columns: io.columns }));
    return exit.ok;
  }
  const file = (said: string | true | undefined, ending: string): string | undefined =>
    said === true ? `report-${found.id}${ending}` : said;
  await writeReport(
    io,
    found,
    { html: file(html, ".html"), junit: file(junit, ".xml"), markdown: file(markdown, ".md") },
    { isForced: options.force === true, receipt: null, exit: null },
  );
  return exit.ok;
}

function checkAsked(named: string | undefined, options: ReportOptions): void {
  const forms = (["html", "junit", "markdown"] as const).filter((form) => options[form] !== undefined);
  const [first] = forms;
  if (named === undefined && first !== undefined)
    throw new Refused(`--${first} is of one report: name it; harness report lists all`);
  if (named !== undefined && options.suite !== undefined)
    throw new Refused(`--suite chooses among reports, and ${named} is one: leave out one of them`);
  if (first !== undefined && options.json === true)
    throw new Refused(`--json and --${first} do not go together: leave out one of them`);
  if (forms.filter((form) => options[form] === "-").length > 1)
    throw new Refused(`stdout takes one form: name files for the others`);
  for (const form of forms)
    if (options[form] === "")
      throw new Refused(
        `--${form}: the file has no name; name one, or leave it out for one named after the report`,
      );
}

async function list(io: Io, dir: string, { suite, json }: ReportOptions): Promise<number> {
  const all = await headsIn(dir);
  const heads = suite === undefined ? all : all.filter((head) => head.suite === suite);
  if (suite !== undefined && heads.length === 0 && all.length > 0) {
    const known = [...new Set(all.map((head) => head.suite))];
    throw new Refused(
      `--suite ${suite}: there is no report of it; there are some of ${known.join(", ")}${meant(suite, known)}`,
    );
  }
  if (heads.length === 0) io.err(" there is no report yet; make one with: harness eval\n");
  const rates = versionWinRates(heads);
  if (json === true)
    for (const head of heads) io.out(jsonLine({ ...head, win_rate: rates.get(head.id) ?? null }));
  else if (heads.length > 0) for (const line of listLines(heads, io.columns)) io.out(`${line}\n`);
  return exit.ok;
}

/** Before it is spelled as HTML or XML, in which a secret with a quote in it would not be found. */
function withoutSecrets(report: Report, redaction: Redaction): Report {
  const reviver = (_: string, value: unknown): unknown =>
    typeof value === "string" ? redaction.text(value) : value;
  return JSON.parse(JSON.stringify(report), reviver) as Report;
}
