import type { Registering } from "./registering.ts";

/** Commands by which people decide: what waits, which prompt is used, what the rules say. */
export function deciding({ cli, io, act, json }: Registering): void {
  cli
    .command("approvals")
    .description("what waits for a person, and how to answer it")
    .argument(
      "[action]",
      "list, show, watch, approve, reject, settle, retry, accept, raise, replan, drop or stop",
      "list",
    )
    .argument("[id]", "what is shown or answered")
    .argument("[finding]", "for settle: happened, not or skip")
    .option("--note <text>", "what the worker is told, like why it is rejected")
    .option("--edit <file>", "for approve: run this command (or these arguments, as JSON) instead")
    .option("--remember", "for approve: also write a rule into harness.yaml that allows the same from now on")
    .option("--until <date>", "for --remember: the last day the rule holds, or days from now (30)")
    .option("--alike", "also answer all other requests of the run that are the same")
    .option("--budget <more>", "for raise: +2 for two dollars more, +20m, +200000tokens")
    .addOption(json())
    .addHelpText("after", "\nExample: harness approvals reject a31 --note 'use the fixture in test/data'")
    .action(
      act(async (action: string, id: string | undefined, finding: string | undefined, options) =>
        (await import("../commands/approvals.ts")).approvals(io, action, id, finding, options),
      ),
    );

  cli
    .command("prompts")
    .summary("prompts as versions: who made them, which one is used")
    .description(
      "prompts as versions: who made them, when and why, which one is used; what a model would be sent",
    )
    .argument("[action]", "list, log, diff, get, render, commit, test, push or pull", "list")
    .argument("[names...]", "a prompt: worker, worker@5, worker@production, worker=file (the file as it is)")
    .option("-m, --message <why>", "for commit: what changed, and why")
    .option("--stage <stage>", "staging or production; for get and render")
    .option("--vars <file>", "for render: the variables, as YAML or JSON")
    .option("--force", "for pull: also over a file that is no version yet")
    .addOption(json())
    .addHelpText("after", "\nExample: harness prompts diff worker@3 worker@5")
    .action(
      act(async (action: string, names: readonly string[], options) =>
        (await import("../commands/prompts.ts")).prompts(io, action, names, options),
      ),
    );

  cli
    .command("promote")
    .summary("lets runs use a version of a prompt, model or rubric")
    .description(
      "lets runs use a version of a prompt, model, rubric, suite or dataset; what was in its place is archived. All of it is text in git: harness.lock",
    )
    .argument("[artifact]", "a version, like prompt:worker@5")
    .option("--to <stage>", "staging or production")
    .option("--why <reason>", "for who reads it in a year")
    .option("--unproven", "production without a receipt: a person answers for it, and it is shown")
    .option(
      "--accept <margin>",
      "sign for a wider margin where the evaluation is INCONCLUSIVE, for ever: quality=-6 (points), cost=1.3 (times)",
      (one: string, others?: readonly string[]) => [...(others ?? []), one],
    )
    .option("--check", "for CI: are harness.lock, the files of versions and the receipts whole?")
    .addHelpText("after", "\nExample: harness promote prompt:worker@5 --to staging --why 'shorter rules'")
    .action(
      act(async (artifact: string | undefined, options) =>
        (await import("../commands/promote.ts")).promote(
          io,
          artifact,
          options,
          (await import("../evaluation/for-promotion.ts")).evaluationsFor(io),
        ),
      ),
    );

  cli
    .command("receipt")
    .summary("verifies a receipt, offline, or signs it")
    .description(
      "verifies a receipt: its chain, and the verdict of its gate from its scores; needs no project, network or model. Or signs it, with ssh-keygen",
    )
    .argument("<action>", "verify or sign")
    .argument("[file]", "a file of receipts/")
    .option("--key <file>", "for sign: a key of ssh (that of git's signatures, else ~/.ssh/id_ed25519)")
    .addOption(json())
    .addHelpText("after", "\nExample: harness receipt verify receipts/worker-6.json")
    .action(
      act(async (action: string, file: string | undefined, options) =>
        (await import("../commands/receipt.ts")).receipt(io, action, file, options),
      ),
    );

  cli
    .command("rollback")
    .summary("puts back what was in production before")
    .description("puts back what was in production before; it is recorded, and asks no network")
    .argument("<artifact>", "a name, like prompt:worker")
    .option("--why <reason>", "for who reads it in a year")
    .addHelpText("after", "\nExample: harness rollback prompt:worker --why 'it forgets the tests'")
    .action(
      act(async (artifact: string, options) =>
        (await import("../commands/rollback.ts")).rollback(io, artifact, options),
      ),
    );

  cli
    .command("policy")
    .summary("says whether a command would be asked about")
    .description("says what the rules of this project make of a command, and why; nothing is run")
    .argument("<action>", "test")
    .argument("[command]", "a shell command, in quotes")
    .option(
      "--stdin",
      'many: one {"command": …} a line, answered with one {"risk", "decision", "because"} a line',
    )
    .addOption(json())
    .addHelpText("after", "\nExample: harness policy test 'git push origin main'")
    .action(
      act(async (action: string, command: string | undefined, options) =>
        (await import("../commands/policy.ts")).policy(io, action, command, options),
      ),
    );
}
