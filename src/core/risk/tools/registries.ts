/** What the commands of a package manager are: names with blanks between. */
export interface Verbs {
  readonly hosts: readonly string[];
  readonly valued?: string;
  readonly reading: string;
  /** The project's own code, or files of the project. */
  readonly own: string;
  readonly fetching: string;
  readonly publishing: string;
  readonly trusting?: string;
  readonly destroying?: string;
  /** What runs its words as a command. */
  readonly running?: string;
  /** What it does without a command. */
  readonly alone?: "reading" | "fetching" | "own";
  /** A command it does not know is a script of the project. */
  readonly isOpen?: boolean;
  readonly machine?: string;
}

export const npm = ["registry.npmjs.org:443"];
export const pypi = ["pypi.org:443", "files.pythonhosted.org:443"];

export const packagers: Readonly<Record<string, Verbs>> = {
  npm: {
    hosts: npm,
    valued:
      "-w --workspace --prefix --registry --loglevel -C --tag --userconfig --globalconfig --script-shell",
    reading:
      "ls list ll la help help-search root prefix bin explain why fund query version-list get pkg-get completion search-help",
    own: "run run-script rum urn test t tst start stop restart build rebuild rb pack init-local version pkg link-local prune-dry shrinkwrap diff-local sbom edit",
    fetching:
      "install i in ins inst insta instal isnt isnta isntal ci clean-install ic install-clean isntall-clean add update up upgrade udpate uninstall un unlink remove rm r view v info show outdated audit ping search find s se dedupe ddp find-dupes install-test it cit install-ci-test create init innit doctor docs home repo bugs issues diff link ln prune",
    publishing:
      "publish unpublish deprecate undeprecate dist-tag dist-tags owner author access team hook org star unstar stars profile whoami",
    trusting: "login logout adduser add-user token config c set explore trust",
    destroying: "cache",
    alone: "reading",
  },
  yarn: {
    hosts: npm,
    valued: "--cwd",
    reading: "list why licenses versions help bin node-info workspaces info",
    own: "run test start build node pack workspace workspace-run version dev lint rebuild unplug patch constraints",
    fetching:
      "install add remove upgrade up upgrade-interactive outdated audit create import dedupe dlx set autoclean link",
    publishing: "publish npm owner tag team",
    trusting: "login logout config plugin global",
    destroying: "cache",
    running: "exec",
    alone: "fetching",
    isOpen: true,
  },
  pnpm: {
    hosts: npm,
    valued: "-C --dir --filter -F",
    reading: "ls list ll why root bin licenses help",
    own: "run test t start build rebuild pack dev patch",
    fetching:
      "install i add remove rm uninstall un update up upgrade outdated audit import dedupe dlx create fetch link unlink prune deploy",
    publishing: "publish",
    trusting: "login logout config set env server self-update setup",
    destroying: "store",
    running: "exec",
    alone: "reading",
    isOpen: true,
  },
  bun: {
    hosts: npm,
    reading: "pm help",
    own: "run test build x-local dev start repl",
    fetching: "install i add a remove rm update outdated create c x init link unlink audit",
    publishing: "publish",
    trusting: "upgrade",
    alone: "reading",
    isOpen: true,
  },
  ...Object.fromEntries(
    ["pip", "pip3", "pip3.11", "pip3.12", "pip2"].map((name) => [
      name,
      {
        hosts: pypi,
        valued:
          "-r -c -i -t --index-url --extra-index-url --target --prefix --root --python -e --editable -d --dest -f --find-links",
        reading: "list show freeze check help debug inspect hash",
        own: "wheel-local",
        fetching: "install download wheel uninstall index search lock",
        publishing: "upload",
        trusting: "config",
        destroying: "cache",
        alone: "reading" as const,
      },
    ]),
  ),
  uv: {
    hosts: pypi,
    reading: "tree help version",
    own: "venv init build format",
    fetching: "sync lock add remove pip tool python self export",
    publishing: "publish",
    trusting: "auth",
    destroying: "cache",
    running: "run",
    alone: "reading",
  },
  poetry: {
    hosts: pypi,
    reading: "show check help about list env",
    own: "init build version",
    fetching: "install add remove update lock export sync search",
    publishing: "publish",
    trusting: "config source self",
    destroying: "cache",
    running: "run",
    alone: "reading",
  },
  pipenv: {
    hosts: pypi,
    reading: "graph --where --venv --py",
    own: "shell",
    fetching: "install uninstall update lock sync check upgrade",
    publishing: "upload",
    running: "run",
    destroying: "clean --rm",
    alone: "reading",
  },
  pdm: {
    hosts: pypi,
    reading: "list show info",
    own: "build init venv",
    fetching: "install add remove update lock sync outdated",
    publishing: "publish",
    trusting: "config self plugin",
    running: "run",
    destroying: "cache",
    alone: "fetching",
  },
  hatch: {
    hosts: pypi,
    reading: "version status",
    own: "build test fmt new env clean",
    fetching: "python dep",
    publishing: "publish",
    trusting: "config self",
    running: "run",
    alone: "reading",
  },
  rye: {
    hosts: pypi,
    reading: "show list",
    own: "build test lint fmt init",
    fetching: "sync add remove lock install fetch",
    publishing: "publish",
    trusting: "config self",
    running: "run",
    alone: "reading",
  },
  pipx: {
    hosts: pypi,
    reading: "list environment",
    own: "completions",
    fetching: "install uninstall upgrade upgrade-all run runpip inject reinstall",
    publishing: "upload",
    trusting: "ensurepath",
    alone: "reading",
  },
  ...Object.fromEntries(
    ["conda", "mamba", "micromamba"].map((name) => [
      name,
      {
        hosts: ["conda.anaconda.org:443", "repo.anaconda.com:443"],
        reading: "list info",
        own: "activate deactivate",
        fetching: "install create update remove env search uninstall upgrade",
        publishing: "upload",
        trusting: "config init",
        destroying: "clean",
        running: "run",
        alone: "reading" as const,
      },
    ]),
  ),
};
