import type { Registering } from "./registering.ts";

/** Shells complete command lines: the script that makes them, and what it asks. */
export function completing({ cli, io, act }: Registering): void {
  cli
    .command("completion")
    .summary("prints a script with which a shell completes harness")
    .description("prints a script with which a shell completes commands, options, runs and what waits")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", "\nExample: source <(harness completion bash)      (in ~/.bashrc)")
    .action(
      act(async (shell: string) => (await import("../commands/completion.ts")).completion(io, cli, shell)),
    );

  cli
    .command("__complete", { hidden: true })
    .argument("<kind>")
    .argument("[words...]")
    .action(
      act(async (kind: string, words: readonly string[]) =>
        (await import("../commands/completion.ts")).complete(io, kind, words),
      ),
    );
}
