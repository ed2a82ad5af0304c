export interface ExecRequest {
  readonly command: string;
  readonly timeoutMs: number;
  /** Bytes of output kept (half head, half tail); what is between is dropped and counted. */
  readonly maxOutputBytes: number;
}

/**
 * `full`: the command was killed because the disk, or its share of it, ran full. `broken`: the sandbox itself failed;
 * nothing is known of the command.
 */
type ExecOutcome = "exited" | "timeout" | "flood" | "oom" | "full" | "broken";

export interface ExecResult {
  readonly outcome: ExecOutcome;
  /** The command's exit code as the engine reports it; null unless `exited` or `oom`. */
  readonly exit: number | null;
  /** stdout and stderr in order of arrival, cut in the middle when `dropped` > 0. */
  readonly output: Uint8Array;
  readonly dropped: number;
  /** One sentence for `broken`, else null. */
  readonly why: string | null;
  readonly denied: readonly { readonly host: string; readonly port: number; readonly count: number }[];
}

/** Serves one attempt or one judging over one workspace directory, then dies. */
export interface Slot {
  /** Runs in a new shell in the workspace. Never rejects for what the command does; when it settles, nothing of the command is alive unless it `exited`. */
  exec(request: ExecRequest): Promise<ExecResult>;
  /**
   * Writes a file (parents made). null when done, else why not, in one sentence. Never leaves the workspace.
   * `broken`: the sandbox itself failed; nothing is known of the file.
   */
  write(path: string, bytes: Uint8Array): Promise<string | null | { readonly broken: string }>;
  /** Stops all of the worker's processes until the next `exec`. */
  freeze(): Promise<void>;
  /** Kills every process of the worker: afterwards nobody writes into the workspace. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** What a sandbox can do: pinned in the run and shown to planner and worker. */
export interface Capabilities {
  readonly programs: readonly string[];
  readonly python: string | null;
  readonly network: boolean;
  /** True when programs of the host's kind run (a container); false for the embedded shell. */
  readonly native: boolean;
  /** Sentences a worker must know ("each command is a new shell", "no background jobs"). */
  readonly notes: readonly string[];
}

export interface Sandbox {
  readonly kind: string;
  /** Names the image or build: part of what an approval is bound to. */
  readonly image: string;
  /** Names the hardening profile. */
  readonly profile: string;
  /** How many slots are worth having open before they are needed: 0 where opening one is cheap. */
  readonly spares: number;
  capabilities(): Promise<Capabilities>;
  /** `hosts`: what the slot may reach, as `openHosts` takes them (core/open-hosts.ts); none if left out. */
  open(name: string, dir: string, hosts?: readonly string[]): Promise<Slot | { readonly broken: string }>;
  /** Names of the slots that exist outside this process's life, whoever made them. */
  left(): Promise<readonly string[]>;
  /** Removes what a dead harness left under names with this prefix. */
  reap(prefix: string): Promise<void>;
}
