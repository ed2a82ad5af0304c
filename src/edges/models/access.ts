import type { ProjectSpec } from "../../core/goal.ts";
import { ModelRefused } from "./refused.ts";

export interface Settings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of `harness.yaml`. */
  readonly baseUrls: NonNullable<ProjectSpec["base_urls"]>;
}

/** Where a model is asked, and with which key. */
export interface Access<Key> {
  readonly apiKey: Key;
  /** null: the provider's own. */
  readonly baseUrl: string | null;
}

/** A provider's variables, and the host its key is meant for. */
const providers = {
  anthropic: { key: "ANTHROPIC_API_KEY", url: "ANTHROPIC_BASE_URL", home: "anthropic.com" },
  openai: { key: "OPENAI_API_KEY", url: "OPENAI_BASE_URL", home: "openai.com" },
} as const;

/**
 * The environment wins over `harness.yaml`: it is closer to the person. A key goes to its provider, to this machine,
 * or to where the person's environment says; a file that came with a project cannot send it anywhere else.
 * @throws ModelRefused
 */
export function accessToProvider(
  name: string,
  provider: keyof typeof providers,
  { env, baseUrls }: Settings,
): Access<string> {
  const { key, url, home } = providers[provider];
  const fromEnv = urlIn(env, url);
  const fromFile = urlOf(baseUrls[provider], `base_urls.${provider} of harness.yaml`);
  const apiKey = keyIn(env, key);
  if (apiKey === null) throw new ModelRefused(noKey(name, provider));
  if (fromEnv !== null) return { apiKey, baseUrl: fromEnv };
  if (fromFile !== null && !isHome(fromFile, home)) {
    throw new ModelRefused(
      `${key} is meant for ${home}, and harness.yaml would send it to ${new URL(fromFile).host}; if you want that, set ${url}=${fromFile}`,
    );
  }
  return { apiKey, baseUrl: fromFile };
}

function noKey(name: string, provider: keyof typeof providers): string {
  const other = provider === "anthropic" ? "openai" : "anthropic";
  const { key } = providers[provider];
  return `${name} needs a key: set ${key}, with: export ${key}=…; a model of ${other}/ needs ${providers[other].key} instead`;
}

/**
 * Any server that speaks OpenAI's protocol. `OPENAI_COMPATIBLE_API_KEY` is meant for it, wherever it is.
 * `OPENAI_API_KEY` is sent only where `OPENAI_BASE_URL`, its own companion, says: never to a host that
 * `harness.yaml` or `OPENAI_COMPATIBLE_BASE_URL` names. Without a key none is sent. @throws ModelRefused
 */
export function accessToCompatible(name: string, { env, baseUrls }: Settings): Access<string | null> {
  const apiKey = keyIn(env, "OPENAI_COMPATIBLE_API_KEY");
  const own =
    urlIn(env, "OPENAI_COMPATIBLE_BASE_URL") ??
    urlOf(baseUrls["openai-compatible"], "base_urls.openai-compatible of harness.yaml");
  if (own !== null) return { apiKey, baseUrl: own };
  const openai = urlIn(env, "OPENAI_BASE_URL");
  if (openai !== null) return { apiKey: apiKey ?? keyIn(env, "OPENAI_API_KEY"), baseUrl: openai };
  throw new ModelRefused(
    `${name} needs the address of its server: set OPENAI_COMPATIBLE_BASE_URL, or base_urls: { openai-compatible: http://… } in harness.yaml`,
  );
}

/** A variable that is set to nothing is not set. */
function valueIn(env: Settings["env"], variable: string): string | null {
  const value = env[variable]?.trim() ?? "";
  return value === "" ? null : value;
}

function keyIn(env: Settings["env"], variable: string): string | null {
  const key = valueIn(env, variable);
  if (key === null || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new ModelRefused(`${variable} holds blanks or characters that no key has; set it to the key alone`);
}

const urlIn = (env: Settings["env"], variable: string): string | null =>
  urlOf(valueIn(env, variable) ?? undefined, variable);

/** The address may hold a password, so a refusal does not show it. */
function urlOf(text: string | undefined, where: string): string | null {
  if (text === undefined) return null;
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new ModelRefused(`${where} is no address; write it like https://host/path`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new ModelRefused(`${where} holds a login; take it out, keys have variables of their own`);
  }
  return text;
}

function isHome(address: string, home: string): boolean {
  const { protocol, hostname } = new URL(address);
  if (["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return true;
  return protocol === "https:" && (hostname === home || hostname.endsWith(`.${home}`));
}
