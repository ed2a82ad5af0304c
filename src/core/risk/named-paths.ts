/** Paths that other programs, editors or agents trust, so that to write them is to give orders. */
export const isTrustedPath = (path: string): boolean => trustedDirectory.test(path) || trustedFile.test(path);

const trustedDirectory =
  /(?:^|\/)(?:\.git|\.claude|\.cursor|\.vscode|\.idea|\.github|\.gitlab|\.circleci|\.husky|\.devcontainer|\.harness|\.codex|\.gemini|\.windsurf|\.zed|\.fleet|\.continue|\.aider|\.cargo|\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.config|\.buildkite|\.direnv|\.githooks)(?:\/|$)/i;

const trustedFile =
  /(?:^|\/)(?:CLAUDE(?:\.local)?\.md|AGENTS\.md|GEMINI\.md|\.cursorrules|\.windsurfrules|\.clinerules|\.aider\.conf\.ya?ml|\.mcp\.json|mcp\.json|\.envrc|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.c?js|\.pypirc|pip\.conf|\.netrc|\.gitmodules|\.gitconfig|\.git-credentials|\.pre-commit-config\.yaml|\.gitlab-ci\.ya?ml|\.travis\.yml|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml|Jenkinsfile|(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml|\.bashrc|\.bash_profile|\.bash_login|\.bash_logout|\.bash_aliases|\.profile|\.zshrc|\.zshenv|\.zprofile|\.zlogin|\.inputrc|\.vimrc|\.exrc|\.nvimrc|\.lesskey|\.psqlrc|\.sqliterc|\.curlrc|\.wgetrc|\.gdbinit|\.lldbinit|\.dir-locals\.el|\.rprofile|authorized_keys|sitecustomize\.py|usercustomize\.py|[^/]*\.code-workspace)$/i;

/** Paths where secrets lie: names inside the workspace, whole paths outside. */
export function isSecretPath(path: string, isGlob: boolean): boolean {
  if (secretName.test(path) && !example.test(path)) return true;
  if (path.startsWith("/")) return isSecretPlace(path, isGlob);
  return isGlob && hiddenGlob.test(path) && samples.some((sample) => matches(path, sample));
}

const secretName =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|\.netrc|_netrc|\.npmrc|\.pypirc|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.vault-token|\.boto|id_(?:rsa|dsa|ecdsa|ed25519)(?!\.pub)[^/]*|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)|credentials(?:\.(?:json|ya?ml|csv|ini|toml|txt|xml|db))?|secrets?\.(?:ya?ml|json|toml|env|txt)|service-?account[^/]*\.json|master\.key|\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.azure|\.password-store|\.config\/(?:gh|gcloud|hub)|[^/]*_history)(?:\/|$)/i;

const example =
  /\.(?:example|sample|template|dist|defaults?|pub)$|(?:^|\/)(?:fixtures?|testdata|node_modules)\//i;

const hiddenGlob = /(?:^|\/)(?:\.|[*?[]*(?:id_|cred|secret))/i;

const samples = [
  ".env",
  ".env.local",
  ".netrc",
  ".npmrc",
  ".ssh",
  ".aws",
  "id_rsa",
  "credentials",
  "secrets.yml",
];

function isSecretPlace(path: string, isGlob: boolean): boolean {
  if (/^\/(?:~|root|home)(?:\/|$)/.test(path)) return isHidden(path);
  if (
    /^\/proc\/(?:[^/]*\/)?(?:task\/[^/]*\/)?(?:environ|mem|maps|cmdline|root|cwd|exe|kcore|kmem|kallsyms|sys|sysrq-trigger)(?:\/|$)/.test(
      path,
    )
  )
    return true;
  if (/^\/proc\/[^/]*[*?\uE000\uE001][^/]*\//.test(path)) return true;
  if (
    /^\/etc\/(?:passwd-|shadow|gshadow|group-|sudoers|ssh|ssl\/private|krb5|cron|security|pam|kubernetes|docker|letsencrypt|ppp|openvpn|wireguard)/.test(
      path,
    )
  )
    return true;
  if (
    /^\/(?:run|var\/run)\/(?:secrets|docker|containerd)|^\/var\/(?:log\/(?:auth|secure)|lib\/docker|lib\/kubelet|spool)|docker\.sock/.test(
      path,
    )
  )
    return true;
  return isGlob && /^\/[^/]*[*?[]/.test(path);
}

const isHidden = (path: string): boolean =>
  /\/\.(?!local\/|cache\/|cargo\/registry|nvm\/|pyenv\/|rustup\/)/.test(path);

/** Whether a glob of the shell may mean a name. */
function matches(glob: string, name: string): boolean {
  const last = glob.split("/").at(-1) ?? "";
  let pattern = "";
  for (const character of last) {
    if (character === "*") pattern += ".*";
    else if (character === "?") pattern += ".";
    else pattern += /[\w]/.test(character) ? character : `\\${character}`;
  }
  const isSet = last.includes("[") || last.includes("(");
  return isSet || last.length > 40 || new RegExp(`^${pattern}$`, "i").test(name);
}
