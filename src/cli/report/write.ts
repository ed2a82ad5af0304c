import { appendFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Report } from "../../evals/report/report.ts";
import type { Io } from "../io.ts";
import { writePage } from "../page/write-page.ts";
import { inOneLine, short } from "../view/words.ts";
import type { Ending } from "./ending.ts";
import { junitText, markOfJunit } from "./junit.ts";
import { markdownText, markOfMarkdown } from "./markdown.ts";
import { markOfReport, reportPage } from "./page/document.ts";

/** Files that a report is written to; `-`: stdout. */
export interface ReportFiles {
  readonly html?: string | undefined;
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
}

/**
 * Writes a report in each form that is wanted, and says where. The summary of a job of GitHub is added to: others write there.
 * @throws Refused where a file cannot be written, or something else lies there and `isForced` is false
 */
export async function writeReport(
  io: Io,
  report: Report,
  files: ReportFiles,
  { isForced, ...ending }: Omit<Ending, "columns"> & { readonly isForced: boolean },
): Promise<void> {
  const wanted = [
    { option: "--html", mark: markOfReport, what: "page of an evaluation", text: () => reportPage(report) },
    { option: "--junit", mark: markOfJunit, what: "JUnit of an evaluation", text: () => junitText(report) },
    {
      option: "--markdown",
      mark: markOfMarkdown,
      what: "summary of an evaluation",
      text: () => markdownText(report, ending),
    },
  ];
  for (const { text, ...about } of wanted) {
    const file = files[about.option.slice(2) as keyof ReportFiles];
    if (file === undefined) continue;
    const made = text();
    if (file === "-") io.out(made);
    else await writeOne(io, resolve(io.cwd, file), made, { ...about, isForced });
  }
}

async function writeOne(
  io: Io,
  path: string,
  text: string,
  written: Parameters<typeof writePage>[2],
): Promise<void> {
  const summary = io.env["GITHUB_STEP_SUMMARY"] ?? "";
  const isAdded = written.option === "--markdown" && summary !== "" && path === resolve(io.cwd, summary);
  if (isAdded) await appendFile(path, text);
  else await writePage(path, text, written);
  const did = isAdded ? "added the" : "wrote the";
  io.err(` ${did} ${written.what} to ${inOneLine(path)} (${short(Buffer.byteLength(text))}B)\n`);
}
