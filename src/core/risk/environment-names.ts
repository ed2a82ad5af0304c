import { holdsUnknown, textOf } from "./arg.ts";
import type { Arg } from "./arg.ts";
import { ownCode } from "./finding.ts";
import type { Finding, Outcome } from "./finding.ts";
import { hiddenCommand } from "./hidden-command.ts";

/** What setting a variable means for the programs that read it; empty where it means nothing. */
export function environmentOutcome(name: string, value: Arg): Outcome {
  const text = textOf(value);
  if (text !== null && isHarmless(name, text)) return [];
  if (name === "RIPGREP_CONFIG_PATH" && text !== null && /^[\w./-]+$/.test(text) && !/^\/|\.\./.test(text))
    return [ownCode("rg takes options from a file of the project")];
  if (text !== null && text !== "" && holdsCommand.test(name)) return commandOf(name, value);
  if (name === "PATH" || name === "MANPATH") return pathFinding(value);
  if (name === "PYTHONPATH") return [ownCode("PYTHONPATH decides which modules are loaded")];
  if (name === "IFS") return [{ risk: "write", because: "IFS changes how words are divided" }];
  if (!commanding.test(name)) return [];
  return [{ risk: "privilege", because: `${name} makes other programs run or trust something else` }];
}

/** Variables that hold a command for other programs to run. */
const holdsCommand =
  /^(?:PAGER|\w+_PAGER|MANPAGER|BROWSER|EDITOR|VISUAL|\w+_EDITOR|GIT_EXTERNAL_DIFF|LESSOPEN|LESSCLOSE|PS4)$/;

function commandOf(name: string, value: Arg): Outcome {
  const because = `${name} names a program to run`;
  if (name === "PS4")
    return /[$`]/.test(value.shape)
      ? [ownCode("PS4 is expanded at each command"), { shell: { ...value, shape: `: "${value.shape}"` } }]
      : [];
  const text = name.startsWith("LESS")
    ? value.shape.replace(/^\|{0,2}-?/, "").replaceAll("%s", "")
    : value.shape;
  return hiddenCommand(because, { ...value, shape: text }, name.endsWith("PAGER") ? "input" : "name");
}

const commanding =
  /^(?:LD_\w+|DYLD_\w+|GLIBC_TUNABLES|GCONV_PATH|MALLOC_\w+_HOOK|NODE_OPTIONS|NODE_PATH|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|NODE_REPL_\w+|PYTHON(?:STARTUP|HOME|INSPECT|BREAKPOINT|WARNINGS|USERBASE|EXECUTABLE|PYCACHEPREFIX)|BASH_ENV|ENV|BASH_FUNC_.*|BASHOPTS|SHELLOPTS|SHELL|PROMPT_COMMAND|PS[0-4]|BASH_CMDS|BASH_ALIASES|HISTFILE|ZDOTDIR|FPATH|CDPATH|INPUTRC|GIT_\w+|PAGER|MANPAGER|\w+_PAGER|EDITOR|VISUAL|\w+_EDITOR|BROWSER|LESS(?:OPEN|CLOSE|EDIT|KEYIN|KEY)?|MANOPT|MORE|PERL5(?:OPT|LIB|DB)|PERLLIB|RUBY(?:OPT|LIB)|GEM_(?:HOME|PATH)|BUNDLE_\w+|LUA_(?:INIT|PATH|CPATH)\w*|PHPRC|PHP_INI_SCAN_DIR|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|MAVEN_OPTS|GRADLE_OPTS|JAVA_HOME|RUSTC(?:_WRAPPER|_WORKSPACE_WRAPPER)?|RUSTDOC|RUSTFLAGS|CARGO_(?!TERM|INCREMENTAL|TARGET_DIR|BUILD_JOBS|PROFILE)\w+|GO(?:FLAGS|PROXY|ROOT|TOOLCHAIN|SUMDB|NOSUMDB|INSECURE|ENV)|MAKEFLAGS|MAKEFILES|CC|CXX|LD|AR|TAR_OPTIONS|RSYNC_RSH|RSYNC_\w+|CVS_RSH|SSH_\w+|SUDO_\w+|GREP_OPTIONS|RIPGREP_CONFIG_PATH|FZF_\w+|AWKPATH|AWKLIBPATH|(?:https?|ftp|all|no)_proxy|HTTPS?_PROXY|ALL_PROXY|CURL_HOME|CURL_CA_BUNDLE|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|npm_config_\w+|NPM_CONFIG_\w+|YARN_\w+|COREPACK_\w+|PIP_\w+|UV_\w+|DOCKER_\w+|KUBECONFIG|AWS_\w+|GOOGLE_\w+|AZURE_\w+|HOME|XDG_\w+|TERMINFO|HOSTALIASES|RES_OPTIONS|LOCALDOMAIN|OPENSSL_CONF|OPENSSL_ENGINES|GNUPGHOME|EMACSLOADPATH|VIMINIT|EXINIT|VIM|MYVIMRC|SCREENRC|TMUX_\w+|QT_PLUGIN_PATH|GTK_MODULES|PSQLRC|PGSERVICE\w*|PGPASS\w*|MYSQL_PWD|TF_\w+|ANSIBLE_\w+|WGETRC|NETRC)$/;

/** Settings that people use every day and that run nothing. */
const harmless: Readonly<Record<string, RegExp>> = {
  NODE_OPTIONS:
    /^(?:\s*--(?:max-old-space-size|max-semi-space-size|enable-source-maps|no-warnings|no-deprecation|trace-[\w-]+|unhandled-rejections|openssl-legacy-provider|experimental-(?!loader|policy)[\w-]+|stack-trace-limit|throw-deprecation|dns-result-order|expose-gc|disable-warning|test-[\w-]+)(?:=[\w.-]+)?)*\s*$/,
  PYTHONWARNINGS: /^[\w:,]*$/,
  PYTHONBREAKPOINT: /^0?$/,
  PYTHONINSPECT: /^$/,
  LESS: /^-?[FRXSiMKEqQsu]*$/,
  RUSTFLAGS: /^(?:\s*(?:-[DAW]\s*[\w-]+|-C\s*(?:target-cpu|opt-level|debuginfo)=\w+|--cfg\s+\w+))*\s*$/,
  GOFLAGS: /^(?:\s*-(?:mod=\w+|v|race|trimpath|count=\d+|tags=[\w,]+))*\s*$/,
  GOPROXY: /^(?:off|direct)?$/,
  GOTOOLCHAIN: /^local$/,
  MAKEFLAGS: /^\s*-?j?\s*\d*\s*$/,
  CC: /^(?:gcc|clang|cc)(?:-\d+)?$/,
  CXX: /^(?:g\+\+|clang\+\+|c\+\+)(?:-\d+)?$/,
  SHELL: /^(?:\/usr)?\/bin\/(?:ba|z|da)?sh$/,
  PERL5LIB: /^(?:lib|t|\.)(?::(?:lib|t|\.))*$/,
  RUBYOPT: /^-(?:w|W\d?|W:[\w-]+)$/,
  NODE_PATH: /^(?:\.\/)?(?:src|lib|node_modules)$/,
  no_proxy: /^[\w.,*:-]*$/,
  NO_PROXY: /^[\w.,*:-]*$/,
};

const quietProgram = /^(?:cat|less|more|true|:|never|)$/;

function isHarmless(name: string, value: string): boolean {
  if (harmless[name]?.test(value) === true) return true;
  if (/(?:^|_)(?:PAGER|EDITOR|VISUAL)$/.test(name)) return quietProgram.test(value);
  if (
    /^GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)$|^GIT_(?:TERMINAL_PROMPT|OPTIONAL_LOCKS|MERGE_AUTOEDIT|LITERAL_PATHSPECS|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|TRACE\w*|ADVICE|LFS_SKIP_SMUDGE)$/.test(
      name,
    )
  )
    return !value.startsWith("/");
  if (
    /^(?:npm_config|NPM_CONFIG)_(?:loglevel|fund|audit|update_notifier|offline|progress|color|yes|cache)$/i.test(
      name,
    )
  )
    return true;
  if (/^(?:UV|PIP)_(?:NO_CACHE\w*|DISABLE_PIP_VERSION_CHECK|QUIET|OFFLINE|NO_PROGRESS|NO_INPUT)$/.test(name))
    return true;
  return (
    /^(?:LD|AR|GOENV|BUNDLE_WITHOUT|BUNDLE_JOBS|AWS_REGION|AWS_DEFAULT_REGION|AWS_PAGER|DOCKER_BUILDKIT|XDG_CACHE_HOME|YARN_ENABLE_\w+)$/.test(
      name,
    ) && /^[\w.-]*$/.test(value)
  );
}

/** Programs of the project's own dependencies may come first; nothing else may take the name of another. */
function pathFinding(value: Arg): Finding[] {
  const entries = value.shape.split(":");
  const isUsual = entries.every((entry) =>
    /^(?:\uE000|\/usr(?:\/local)?\/s?bin|\/s?bin|(?:\/workspace\/|\.\/)?(?:node_modules\/\.bin|\.?venv\/bin|vendor\/bin)|\/opt\/[\w./-]+\/bin|\/usr\/local\/[\w./-]+\/bin|\uE002\/\.(?:cargo|local|bun|deno|pyenv|rbenv|npm-global)\/(?:bin|shims)|\uE002\/go\/bin)?$/.test(
      entry,
    ),
  );
  if (isUsual && !(holdsUnknown(value) && entries.length === 1)) return [];
  return [{ risk: "privilege", because: "PATH decides which programs run under their names" }];
}

/** Variables whose name says that they hold a secret. */
export const isSecretVariable = (name: string): boolean =>
  /(?:^|_)(?:TOKEN|SECRET|SECRETS|PASSWORD|PASSWD|PASSPHRASE|PWD_SECRET|CREDENTIALS?|APIKEY|PRIVATE_KEY|ACCESS_KEY|API_KEY|AUTH|COOKIE|SESSION_KEY)(?:_|$)|^(?:AWS_SECRET|PGPASSWORD|MYSQL_PWD)|(?:SECRET|TOKEN|PASSWORD|API_?KEY)\w*$/.test(
    name,
  );
