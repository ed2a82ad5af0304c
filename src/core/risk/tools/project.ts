import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { changesOutside, destroys, ownCode, reaches, reads, unknownCode, writes } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { hostsOf, namesHost } from "../host.ts";
import { given, has, valuesOf } from "../options.ts";
import { bySpec, pathsFindings, suspectPaths } from "../spec.ts";

/** Tools that build, test, check and format: they run the project's own code. */
export const projectTools: Tools = {
  ...each(
    "make gmake ninja meson cmake ctest bazel bazelisk buck buck2 scons waf autoconf automake autoreconf configure just task rake invoke nox tox ant sbt lein mill stack-x cargo-nextest pytest py.test nosetests unittest coverage vitest jest mocha ava tap karma cypress playwright webpack vite rollup parcel esbuild tsup turbo nx gulp grunt tsc tsx ts-node babel swc next nuxt astro remix gatsby ng react-scripts vue-cli-service svelte-check vue-tsc storybook typedoc jsdoc sphinx-build mkdocs hugo jekyll eleventy rspec minitest cucumber phpunit pest artisan behat phpstan psalm gcc g++ cc c++ clang clang++ rustc gfortran nasm as ld tcc zig nim crystal dmd ghc ocamlfind dune swiftc xcodebuild kotlinc javac gofmt-x golint protoc buf flatc thrift swig cython maturin prisma drizzle-kit tailwindcss postcss lint-staged pre-commit husky c8 nyc rimraf-x publint size-limit knip madge depcheck cross-env-x npm-run-all run-s run-p concurrently nodemon ts-node-dev uvicorn gunicorn flask django-admin celery jupyter papermill streamlit rails foreman honcho hivemind overmind locust-x nbconvert doxygen latexmk pdflatex xelatex lualatex tectonic typst pandoc asciidoctor dot plantuml mmdc ffmpeg ffprobe magick convert identify sox optipng jpegoptim inkscape soffice libreoffice tesseract pdftotext pdfinfo qpdf exiftool wasm-pack wat2wasm trunk dbt alembic-x",
    (call) => project(call),
  ),
  ...each(
    "mypy pyright pylint flake8 pyflakes pycodestyle pydocstyle bandit vulture tslint jshint shellcheck hadolint yamllint markdownlint markdownlint-cli2 cspell codespell typos ajv clang-tidy cppcheck golangci-lint staticcheck golint actionlint stylelint commitlint dprint oxlint xo standard ktlint detekt checkstyle swiftlint rubocop haml-lint erblint scss-lint vale write-good textlint proselint luacheck tflint ansible-lint cfn-lint sqlfluff gitleaks trufflehog semgrep snyk trivy grype syft license-checker",
    check,
  ),
  ...each("eslint biome", (call) => check(call)),
  ...each(
    "prettier black isort autopep8 yapf ruff gofmt goimports rustfmt clang-format oxfmt shfmt stylua buildifier ktfmt google-java-format swift-format terraform-fmt taplo",
    format,
  ),
  rimraf: (call) => [
    destroys("rimraf removes directories"),
    ...pathsFindings(
      call.args.filter(({ shape }) => !shape.startsWith("-")),
      "remove-tree",
      call.cwd,
    ),
  ],
  ...each("del-cli shx", (call) => [writes("it changes files"), { runs: call.args }]),
  "cross-env": (call) => [
    ownCode("it runs a command"),
    {
      runs: call.args.slice(
        Math.max(
          0,
          call.args.findIndex(({ shape }) => !/^\w+=/.test(shape)),
        ),
      ),
    },
  ],
  ...each("serve http-server json-server live-server browser-sync", (call) => [
    { risk: "network", because: `${call.name} serves files`, hosts: [] },
  ]),
  ...each("gh-pages", () => [changesOutside("it publishes")]),
};

function project(call: Call): Outcome {
  const isAsking = call.args.length === 1 && /^-{1,2}(?:v|V|version|help|h)$/.test(call.args[0]?.shape ?? "");
  if (isAsking) return [reads(`${call.name} says its version`)];
  const make = /^g?make$/.test(call.name) ? makeFindings(call) : [];
  const isCleaning =
    call.args.some(({ shape }) => /^(?:clean|distclean|mrproper|clobber|-t(?:=)?clean)$/.test(shape)) &&
    /^(?:g?make|ninja)$/.test(call.name);
  const isPublishing = call.args.some(({ shape }) =>
    /^(?:deploy|publish|release|push|upload|gh-deploy)$/.test(shape),
  );
  return [
    ownCode(`${call.name} runs the project's code`),
    ...make,
    ...(isCleaning ? [writes(`${call.name} clean removes what was built`)] : []),
    ...(isPublishing ? [changesOutside(`${call.name} is told to publish`)] : []),
    ...outputs(call),
    ...hosts(call),
    ...plugins(call),
    ...suspectPaths(call.args, call.cwd),
  ];
}

/** Variables given to make become shell text; `--eval` is a makefile of its own. */
function makeFindings(call: Call): Outcome {
  const found = given(call.args, { valued: "-C -f -j -I -o -W -l --eval --file --directory" });
  const set = found.operands.filter(
    ({ shape }) =>
      /^(?:SHELL|CC|CXX|MAKE|AR|LD|\.SHELLFLAGS|MAKEFLAGS)\s*[:?+]?=/.test(shape) &&
      !/=(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+|ar|ld)(?:-\d+)?$/.test(shape),
  );
  const text = found.operands.filter(({ shape }) => /=[\s\S]*(?:\$\(shell|`|[;|&])/.test(shape));
  return [
    ...(has(found, "--eval -E") ? [unknownCode("make is given a makefile as text")] : []),
    ...[...set, ...text].map(() => unknownCode("make is told what to run")),
    ...pathsFindings(valuesOf(found, "-f --file"), "read", call.cwd),
  ];
}

const hosts = ({ args }: Call): Outcome =>
  args.some(namesHost) ? [reaches("it is given the name of a host", hostsOf(args.filter(namesHost)))] : [];

const outputs = (call: Call): Outcome => {
  const found = given(call.args, { valued: "-o --outDir --outfile --output --out-dir --out -O" });
  return pathsFindings(
    valuesOf(found, "-o --outDir --outfile --output --out-dir --out"),
    "write",
    call.cwd,
  ).filter(({ risk }) => risk !== "write");
};

const plugins = (call: Call): Outcome =>
  call.args.some(({ shape }) =>
    /^(?:-fplugin=|--wrapper|-wrapper|-B\/|--remote|--remote_executor|--bes_backend)/.test(shape),
  )
    ? [unknownCode("it is told to load or run something else")]
    : [];

function check(call: Call): Outcome {
  const isFixing = call.args.some(({ shape }) =>
    /^(?:--fix\w*|--write|-w|-A|-a|--auto-correct\w*|--unsafe|--init|--apply\w*|--in-place|-i|--autofix)(?:=|$)/.test(
      shape,
    ),
  );
  const isSending =
    /^(?:snyk|semgrep|codecov|trivy|grype|trufflehog)$/.test(call.name) &&
    !call.args.some(({ shape }) => /^(?:--version|--help|--offline\w*)$/.test(shape));
  return [
    ownCode(isFixing ? `${call.name} changes files` : `${call.name} loads the project's settings`),
    ...(isSending ? [{ risk: "network" as const, because: `${call.name} asks a service`, hosts: null }] : []),
    ...(call.args.some(({ shape }) =>
      /^--(?:rulesdir|resolve-plugins-relative-to|load-plugins|init-hook)/.test(shape),
    )
      ? [ownCode("it loads more code")]
      : []),
    ...(call.args.some(({ shape }) => shape.startsWith("--init-hook"))
      ? [unknownCode("it runs a text as code")]
      : []),
    ...suspectPaths(call.args, call.cwd),
  ];
}

function format(call: Call): Outcome {
  return bySpec({ risk: "write", because: `${call.name} formats files`, operands: "write" })({
    ...call,
    args: call.args.filter(({ shape }) => !/^(?:check|format|lint|rule|config)$/.test(shape)),
  }).map((item) =>
    "risk" in item &&
    item.risk === "privilege" &&
    call.args.some(({ shape }) => /^--(?:check|diff|list-different)$|^-[cdl]$/.test(shape))
      ? { ...item, risk: "write" as const }
      : item,
  );
}
