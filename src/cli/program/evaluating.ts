import type { Registering } from "./registering.ts";

/** Commands about suites, and those that measure answers and what answers are measured on. */
export function evaluating({ cli, io, act, json }: Registering): void {
  cli
    .command("eval")
    .summary("evaluates a version before it is promoted")
    .description(
      "asks candidate and baseline the cases of a suite, side by side, until its gate says PROMOTE, REJECT or INCONCLUSIVE; without names, what differs from production",
    )
    .argument("[suite]", "a folder of tasks/")
    .option("--candidate <version>", "like prompt:worker@6 or model:my-ft@2")
    .option("--baseline <version>", "like prompt:worker@5; production unless said")
    .option("--model <model>", "asked for every arm that is no model itself, like anthropic/<model>")
    .option("--smoke", "eight cases that are not held out, no gate")
    .option("--ci [dir]", "JUnit and a summary in Markdown too: eval-SUITE.xml and .md")
    .option("--budget <dollars>", "most that may be spent on it, like 20")
    .option("--concurrency <n>", "answers asked for at once")
    .addOption(json())
    .addHelpText(
      "after",
      "\nExit: 0 PROMOTE, 1 REJECT, 6 INCONCLUSIVE; 2 bad input, 4 budget used up, 5 infrastructure.\nExample: harness eval core --candidate prompt:worker@6 --budget 20",
    )
    .action(
      act(async (suite: string | undefined, options) =>
        (await import("../commands/eval.ts")).evaluateSuite(io, suite, options),
      ),
    );

  cli
    .command("label")
    .summary("takes your verdicts on answers, one key each")
    .description(
      'shows answers of a judge suite, or answers that a rubric scored, and takes your verdicts; without a terminal, one {"id", "label"} a line on stdin',
    )
    .argument("<name>", "a suite of tasks/, or a rubric")
    .option("--json", "list those without a label, a case a line, and take none")
    .addHelpText("after", "\nExample: harness label core")
    .action(
      act(async (name: string, options) => (await import("../commands/label.ts")).label(io, name, options)),
    );

  cli
    .command("report")
    .summary("shows what evaluations found")
    .description(
      "shows what an evaluation found: at the terminal, as one page for a browser, for CI; without a name, all of them as a table of versions, metrics and dates",
    )
    .argument("[report]", "its id, or a file that --json wrote")
    .option("--suite <name>", "only reports of this suite")
    .option("--html [file]", "as one page; - is stdout, report-ID.html if left out")
    .option("--junit [file]", "as JUnit XML; - is stdout, report-ID.xml if left out")
    .option("--markdown [file]", "as a summary for CI; - is stdout, report-ID.md if left out")
    .option("--force", "a file may take the place of another one")
    .addOption(json())
    .addHelpText("after", "\nExample: harness report --suite core\n         harness report e1f3a --html")
    .action(
      act(async (report: string | undefined, options) =>
        (await import("../commands/report.ts")).reports(io, report, options),
      ),
    );

  cli
    .command("suite")
    .alias("suites")
    .summary("cases on which versions are compared: begun, checked, planned, as versions")
    .description(
      "suites of tasks/: what is evaluated on which cases, and what must not get worse; as versions by the digests of their files",
    )
    .argument("[action]", "list, new, add, check, plan, show, log, diff or commit", "list")
    .argument("[names...]", "a suite: core, core@2, core=file (the folder as it is)")
    .option(
      "--target <what>",
      "for new: what it evaluates, like prompt:worker, model:my-ft or rubric:helpful",
    )
    .option("--kind <kind>", "for new: prompt, agent or judge; by the target if left out")
    .option("--case <json>", "for add: a case; without it one a line on stdin")
    .option("--from-run <run>", "for add: a task of this run that was accepted, as an agent's case")
    .option("--task <id>", "for add, with --from-run: which of its tasks")
    .option("--cases <n>", "for plan: so many held-out cases, not those there are")
    .option("--clusters <n>", "for plan: in so many clusters")
    .option("--alike <share>", "for plan: how far differences within a cluster are alike, from 0 to 1")
    .option("--rate <share>", "for plan: how many answers of production are right, like 0.85")
    .option("--discordance <share>", "for plan: how often two answers to one case differ, like 0.2")
    .option("--sd <size>", "for plan: how far answers to one case vary, of a score")
    .option("--gain <size>", "for plan: by how much the candidate is truly better, like -0.02")
    .option("--looks <k>", "for plan: answers to each case at each look, like 2,4,8")
    .option("--power <share>", "for plan: the chance that is wanted, like 0.9")
    .option("--against-best", "for plan: production is not the best version ever")
    .option("-m, --message <why>", "for commit: what changed, and why")
    .addOption(json())
    .addHelpText("after", "\nExample: harness suite new core --target prompt:worker")
    .action(
      act(async (action: string, names: readonly string[], options) =>
        (await import("../commands/suite.ts")).suite(io, action, names, options),
      ),
    );

  cli
    .command("metric")
    .summary("measures answers, one JSON object a line")
    .description(
      'measures answers: one {"gold", "pred"} a line on stdin, one {"value"} a line on stdout; without a name, all metrics',
    )
    .argument("[name]", "like f1_score or ece_10_bin")
    .option("--helm", "HELM's own numbers, its known faults too")
    .addOption(json())
    .addHelpText("after", "\nExample: harness metric f1_score < answers.jsonl")
    .action(
      act(async (name: string | undefined, options) =>
        (await import("../commands/metric.ts")).metric(io, name, options),
      ),
    );

  cli
    .command("perturb")
    .summary("puts questions in other forms, one JSON object a line")
    .description(
      'puts questions in other forms: one {"id", "seed", "input", "references"} a line on stdin, perturbed on stdout; without a name, all perturbations',
    )
    .argument("[name]", "like typos or person_name")
    .option("--params <json>", "its parameters, like '{\"prob\": 0.1}'")
    .option("--helm", "HELM's own swaps of genders and names, their known faults too")
    .addOption(json())
    .addHelpText("after", "\nExample: harness perturb mild_mix < cases.jsonl")
    .action(
      act(async (name: string | undefined, options) =>
        (await import("../commands/perturb.ts")).perturb(io, name, options),
      ),
    );
}
