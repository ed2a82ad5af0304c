import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { changesOutside, destroys, needsRights, ownCode, reaches, reads, trusted } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { codeFindings } from "../code.ts";
import { hostsOf, namesHost } from "../host.ts";
import { given, valuesOf } from "../options.ts";
import { suspectPaths } from "../spec.ts";
import { taskVerbs } from "../task-verbs.ts";
import { runsInside } from "./package-verbs.ts";

/** Package managers that speak like most others: list, build, install, publish. */
export const moreTools: Tools = {
  ...each(
    "easy_install cpan cpanm cpm carton luarocks opam cabal stack raco nimble vcpkg conan xrepo spack easybuild bower jspm tlmgr pear pecl spago rebar3 hex pod carthage swiftpm zef dub shards gleam elm elm-json pub dart flutter fvm coursier cs jbang lein clj clojure bb juliaup ghcup elan choosenim nimenv zvm zigup goenv gvm jenv nodenv rakudo-pkg pacote bpkg basher antigen zplug zinit sheldon fisher devbox devenv flox pixi conda-lock anaconda anaconda-client quilt helm-plugin krew terraform-plugin tfenv tgenv kiex exenv plenv phpenv phpbrew ruby-install ruby-build chruby jabba sdkman proto vfox aqua dvc buildkite paket nuget ncu npm-check-updates npm-check taze updates pip-audit pip-compile pip-sync pip-review safety osv-scanner govulncheck bundler-audit bundle-audit npm-audit dependabot renovate repo meta gclient fetch depot_tools jiri mbed-tools vcs vcstool wstool rosdep arduino tldr-update",
    packager,
  ),
  ...each(
    "nix nix-shell nix-build nix-env nix-channel nix-store nix-instantiate nix-collect-garbage nix-prefetch-url nix-copy-closure",
    nix,
  ),
  ...each("nixos-rebuild home-manager darwin-rebuild guix", (call) =>
    isAsking(call)
      ? [reads(`${call.name} says what it is`)]
      : [needsRights(`${call.name} changes the machine`)],
  ),
  ...each(
    "yay paru pamac pacman-key eopkg swupd pkgin pkg_add pkg_delete slackpkg installpkg ipkg urpmi dnf5 yum-config-manager unattended-upgrade tasksel dselect apt-mark apt-ftparchive gdebi deb-get pacstall snapcraft fwupdmgr softwareupdate mas dpkg-statoverride",
    (call) =>
      call.args.some(({ shape }) =>
        /^(?:-Q\w*|list|--version|--help|showhold|showmanual|showauto|search)$/.test(shape),
      )
        ? [reads(`${call.name} lists`)]
        : [needsRights(`${call.name} changes the machine`)],
  ),
};

const isAsking = ({ args }: Call): boolean =>
  args.length > 0 &&
  args.every(({ shape }) => /^(?:--?v(?:ersion)?|-V|--?h(?:elp)?|version|help)$/.test(shape));

const reading =
  /^(?:list|ls|info|show|status|path|paths|config|get|env|doctor|why|tree|graph|licenses|version|versions|help|which|where|current|exec-path|ghc-pkg|field|repo-list|var|switch-list|dag|diff|check-ignore|manifest-path|leaves|home|root)$/;
const own =
  /^(?:build|test|tests|run|repl|check|lint|fmt|format|new|init|clean|bench|docs?|haddock|compile|configure|exec|eval|ghc|ghci|hoogle|script|analyze|make|spec|repro|checkout|commit|stage|metrics|params|plots|freeze|gen|generate|ide-config|native|target|expand|c|cc|cpp|js|r|compile-js)$/;
const publishing =
  /^(?:publish|push|upload|register|unpublish|retire|owner|bump-remote|trunk|submit|release|deploy|forall)$/;

function packager(call: Call): Outcome {
  const found = given(call.args, { valued: "-C --dir -p --project -d --directory" });
  const [verb = "", noun = ""] = found.operands.map(({ shape }) => shape);
  const title = `${call.name} ${verb}`.trim();
  const named = call.args.filter(namesHost);
  if (named.length > 0)
    return [
      reaches(`${title} reaches what is elsewhere`, hostsOf(named)),
      ...(publishing.test(verb) ? [changesOutside(`${title} changes what others get`)] : []),
    ];
  if (isAsking(call)) return [reads(`${title} says what it is`)];
  const options = call.args.map(({ shape }) => shape);
  if (verb === "" && options.some((option) => /^-(?:l|a|v|D|q)$|^--(?:list|installed|info)/.test(option)))
    return [reads(`${call.name} lists`)];
  if (/^(?:clj|clojure|bb|cargo-)/.test(call.name)) return lisp(call, verb, options);
  if (call.name === "dvc" && /^(?:pull|fetch|get|import|import-url|push|update)$/.test(verb))
    return verb === "push" ? [changesOutside("dvc push sends data")] : [reaches(`${title} fetches data`)];
  const inside = runsInside(
    call.name,
    verb,
    call.args.slice(call.args.findIndex(({ shape }) => shape === verb) + 1),
  );
  if (inside !== null) return inside;
  if (verb === "trunk" || publishing.test(verb)) return [changesOutside(`${title} changes what others get`)];
  if (
    reading.test(verb) ||
    (/^(?:toolchain|switch|compiler|remote|repo|repository|cache|package|pkg)$/.test(verb) &&
      reading.test(noun))
  )
    return [reads(`${title} reads`), ...suspectPaths(call.args, call.cwd)];
  if (own.test(verb))
    return [
      ownCode(`${title} runs the project's code`),
      ...taskVerbs(found.operands.slice(1)),
      ...suspectPaths(call.args, call.cwd),
    ];
  return [
    { ...reaches(`${title} fetches packages and runs what they bring`), isOpaque: true },
    ...(/^(?:remove|uninstall|purge|gc|prune|autoremove)$/.test(verb)
      ? [destroys(`${title} removes what is installed`)]
      : []),
    ...suspectPaths(call.args, call.cwd),
  ];
}

function lisp(call: Call, verb: string, options: readonly string[]): Outcome {
  if (options.some((option) => /^-(?:P|Sdeps|Srepro|Ttools)/.test(option)))
    return [reaches(`${call.name} fetches packages`)];
  const codes = valuesOf(given(call.args, { valued: "-e --eval" }), "-e --eval");
  const isFed = call.input.kind === "text" ? [call.input.text] : [];
  return [
    ownCode(`${call.name} ${verb} runs the project's code`),
    ...[...codes, ...isFed].flatMap((code) => codeFindings(code, call.cwd, call.name)),
    ...taskVerbs(call.args),
    ...suspectPaths(call.args, call.cwd),
  ];
}

function nix(call: Call): Outcome {
  const words = call.args.map(({ shape }) => shape);
  const [verb = "", noun = ""] = words.filter((word) => !word.startsWith("-"));
  if (isAsking(call)) return [reads("it says what it is")];
  if (call.name === "nix-collect-garbage" || words.includes("--gc") || words.includes("--delete"))
    return [destroys(`${call.name} removes what was built`)];
  if (/^(?:copy|publish|push)$/.test(verb) || call.name === "nix-copy-closure")
    return [changesOutside(`${call.name} sends packages`)];
  if (
    call.name === "nix" &&
    (/^(?:fmt|eval|show-derivation|path-info|log|why-depends|hash|repl)$/.test(verb) ||
      (verb === "flake" && /^(?:show|metadata|check|info)$/.test(noun)))
  )
    return [ownCode(`nix ${verb} evaluates the project's code`)];
  if (
    call.name === "nix-instantiate" ||
    (call.name === "nix-store" && words.some((word) => /^-q|^--query/.test(word)))
  )
    return [ownCode(`${call.name} evaluates the project's code`)];
  const isMachine = call.name === "nix-env" || call.name === "nix-channel" || verb === "profile";
  return [
    { ...reaches(`${call.name} ${verb} fetches packages and runs what they bring`), isOpaque: true },
    ...(isMachine ? [trusted(`${call.name} installs outside the workspace`)] : []),
    ...inner(words),
  ];
}

/** What is run in the environment that was made. */
const inner = (words: readonly string[]): Outcome =>
  words.flatMap((word, index) => {
    const next = words[index + 1];
    return /^--(?:run|command)$|^-c$/.test(word) && next !== undefined
      ? [{ shell: { shape: next, isGlob: false, isOutput: false } }]
      : [];
  });
