import type { Capabilities } from "../../core/sandbox.ts";
import type { Container } from "./container.ts";
import { NotStarted } from "./container.ts";
import { runOwn } from "./run.ts";

/** What an image has, found out in a container of it. */
export interface Survey {
  /** The shell that runs commands. */
  readonly shell: "bash" | "sh";
  /** Those worth naming, sorted. */
  readonly programs: readonly string[];
  readonly all: ReadonlySet<string>;
  readonly python: string | null;
}

/** Names in PATH, one a line, those of the system first; then what python3 says of itself. */
const asking = `
for dir in /usr/bin /bin /usr/sbin /sbin; do [ -d "$dir" ] && ls "$dir"; done | sort -u
echo "--"
IFS=:; for dir in $PATH; do case "$dir" in /usr/bin|/bin|/usr/sbin|/sbin) ;; *) [ -d "$dir" ] && ls "$dir";; esac; done | sort -u
echo "--"
python3 --version 2>/dev/null || true
`;

/** @returns why it cannot be used, where it cannot. @throws ContainerLost, EngineDown */
export async function survey(container: Container, user: string): Promise<Survey | string> {
  const { end, text } = await asked(container, user);
  if (end !== 0) return `a shell in it answers ${end}: ${text}`;
  const [system = [], own = [], [python = ""] = []] = text.split(/^--$/m).map((part) =>
    part
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  );
  const all = new Set([...system, ...own]);
  const missing = needed.filter((name) => !all.has(name));
  if (missing.length > 0) return `it has no ${missing.join(", ")}`;
  return {
    shell: all.has("bash") ? "bash" : "sh",
    all,
    programs: [...new Set([...system.filter((name) => worthNaming.has(name)), ...own])].toSorted(),
    python: /^Python (\S+)/.exec(python)?.[1] ?? null,
  };
}

async function asked(container: Container, user: string): ReturnType<typeof runOwn> {
  try {
    return await runOwn(container, ["sh", "-c", asking], user);
  } catch (error) {
    if (error instanceof NotStarted) return { end: 127, text: error.message };
    throw error;
  }
}

/** Without these the sandbox itself cannot work. */
const needed = ["sh", "sleep", "cat", "mkdir", "readlink", "rm"];

/** Of a system's hundreds of programs, those that decide how a task can be done. What an image adds is named whole. */
const worthNaming = new Set(
  `apt-get awk bash bc bundle bunzip2 cargo cat cc clang cmake composer convert cpanm curl diff dotnet emacs ffmpeg file find
  fish g++ gawk gcc gh git gmake go gofmt gradle grep gzip java javac jq ld less lua make mariadb maven meson mono mvn
  mypy mysql nano ninja node nodejs npm npx openssl pandoc parallel patch perl php pip pip3 pnpm poetry psql pytest
  python python3 R rg ruby rustc rsync scala sed sh sqlite3 ssh strace svn swift tar tclsh tmux tree tsc unzip uv vi vim
  wget xmllint xsltproc xz yarn yq zip zsh zstd`.split(/\s+/),
);

export const capabilitiesOf = (found: Survey, limits: string): Capabilities => ({
  programs: found.programs,
  python: found.python,
  network: false,
  native: true,
  notes: [
    `Commands run in ${found.shell} as an ordinary user of a Linux container; the usual small programs (coreutils, sed, grep, find) are there besides those listed.`,
    "Each command is a new shell in /workspace. Only files in /workspace are kept; the rest of the system is read-only, /tmp and $HOME are in memory and run no programs.",
    "What a command leaves in the background lives until the attempt ends at most; send its output to a file.",
    `There is no network. ${limits}`,
  ],
});
