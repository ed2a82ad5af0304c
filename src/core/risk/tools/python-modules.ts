import { argOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call } from "../call.ts";
import { ownCode, reaches, reads, writes } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { given } from "../options.ts";
import { pathsFindings, suspectPaths } from "../spec.ts";
import { taskVerbs } from "../task-verbs.ts";

/** What `python -m NAME` is: another program, or a finding of its own. */
export const modules: Readonly<Record<string, Finding | string>> = {
  pip: "pip",
  "pip._internal": "pip",
  pytest: "pytest",
  unittest: ownCode("it runs the project's tests"),
  doctest: ownCode("it runs the project's tests"),
  mypy: "mypy",
  ruff: "ruff",
  black: "black",
  isort: "isort",
  flake8: "flake8",
  twine: "twine",
  poetry: "poetry",
  pipx: "pipx",
  uv: "uv",
  build: ownCode("it builds the project"),
  venv: writes("it makes an environment"),
  virtualenv: writes("it makes an environment"),
  ensurepip: reaches("it installs pip", ["pypi.org:443", "files.pythonhosted.org:443"]),
  this: reads("it prints"),
  calendar: reads("it prints a calendar"),
  site: reads("it prints where modules are"),
  sysconfig: reads("it prints how python was built"),
  platform: reads("it prints what the machine is"),
  tokenize: reads("it prints tokens"),
  ast: reads("it prints a tree"),
  dis: reads("it prints bytecode"),
  compileall: writes("it compiles modules"),
  py_compile: writes("it compiles a module"),
  tabnanny: reads("it checks indents"),
  "http.server": {
    risk: "external",
    because: "it serves the files to whoever asks",
    hosts: null,
    unreachable: "nobody outside reaches a sandbox",
  },
  SimpleHTTPServer: {
    risk: "external",
    because: "it serves the files to whoever asks",
    hosts: null,
    unreachable: "nobody outside reaches a sandbox",
  },
  smtpd: { risk: "external", because: "it takes mail", hosts: null },
  ftplib: {
    risk: "external",
    because: "it talks FTP",
    hosts: null,
    unreachable: "only HTTP through the proxy leaves the sandbox",
  },
  smtplib: {
    risk: "external",
    because: "it sends mail",
    hosts: null,
    unreachable: "only HTTP through the proxy leaves the sandbox",
  },
  telnetlib: {
    risk: "external",
    because: "it opens a connection of its own",
    hosts: null,
    unreachable: "only HTTP through the proxy leaves the sandbox",
  },
  webbrowser: reaches("it opens a page"),
  pydoc: ownCode("it reads the documentation of modules, which runs them"),
  pdb: ownCode("it runs the project's code"),
  cProfile: ownCode("it runs the project's code"),
  timeit: { risk: "privilege", because: "it runs a text as code", isOpaque: true },
};

/** A module that is a program of its own, or one of the project's. */
export function otherModule(name: string, rest: readonly Arg[], call: Call): Outcome {
  if (name === "json.tool") return jsonTool(rest, call);
  const [package_ = name] = name.split(".");
  return [
    ownCode(`python runs the module ${name}`),
    ...(isProgram(name.replaceAll("_", "-")) ? [{ runs: [argOf(name.replaceAll("_", "-")), ...rest] }] : []),
    ...taskVerbs([argOf(name.slice(package_.length).replace(/^\./, "")), ...rest]),
    ...suspectPaths(rest, call.cwd),
  ];
}

/** Behind what it reads may stand where it writes. */
function jsonTool(rest: readonly Arg[], { cwd }: Call): Outcome {
  const { operands } = given(rest, { valued: "--indent" });
  const output = operands.slice(1);
  return [
    output.length === 0 ? reads("it prints JSON") : writes("it writes JSON"),
    ...pathsFindings(operands.slice(0, 1), "read", cwd),
    ...pathsFindings(output, "write", cwd),
  ];
}

const isProgram = (name: string): boolean =>
  /^(?:pytest|coverage|flask|django|celery|alembic|gunicorn|uvicorn|awscli|mkdocs|sphinx|nox|tox|invoke|fabric|ansible|dvc|mlflow|locust|yt-dlp|httpie|playwright|cookiecutter|bumpversion|keyring|scrapy|jupyter|notebook|jupyterlab|streamlit|gdown|aider|llm|interpreter|conda|pdm|hatch|twine|flit|semantic-release|pre-commit|autopep8|yapf|pylint|pyright|bandit|nbconvert|ipython|IPython|pdoc|pip-audit|pipdeptree|piptools|build)$/.test(
    name,
  );
