import { existsSync } from "node:fs";
import { Agent } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";

/** The engine does not answer: stopped, hung, or not to be reached. In one sentence for people. */
export class EngineDown extends Error {
  override readonly name = "EngineDown";
}

/** What is asked for cannot be had of this engine: an image that is not there, a Dockerfile that does not build. */
export class ImageRefused extends Error {
  override readonly name = "ImageRefused";
}

type Env = Readonly<Record<string, string | undefined>>;

/** A Docker engine, or what speaks its protocol. Every question to it has a deadline. */
export interface Engine {
  readonly docker: Docker;
  /** As people write it, like `unix:///var/run/docker.sock`. */
  readonly address: string;
  /**
   * Asks one thing. `ms`: how long an answer may take. An answer that says no is thrown as dockerode throws it, with
   * `statusCode`; a missing answer as `EngineDown`.
   */
  ask<T>(question: (docker: Docker) => Promise<T>, ms?: number): Promise<T>;
}

/** Sockets where engines listen when nobody says otherwise: the system's, Docker Desktop's, a rootless one's. */
const sockets = (env: Env): readonly string[] => [
  "/var/run/docker.sock",
  join(env["HOME"] ?? homedir(), ".docker/run/docker.sock"),
  ...(env["XDG_RUNTIME_DIR"] === undefined ? [] : [join(env["XDG_RUNTIME_DIR"], "docker.sock")]),
];

/**
 * Loads the library and says where the engine should be; nothing is asked yet. `DOCKER_HOST` as Docker reads it.
 * @param longestMs no answer may take longer, whatever is asked.
 */
export async function openEngine(env: Env, longestMs = Infinity): Promise<Engine> {
  const { default: Client } = await import("dockerode");
  const named = env["DOCKER_HOST"];
  const address = named === undefined || named === "" ? `unix://${foundSocket(env)}` : named;
  const agent = new Agent({ keepAlive: true });
  const docker = address.startsWith("unix://")
    ? new Client({ socketPath: address.slice("unix://".length) })
    : new Client();
  // Its types do not know the field. Connections to an engine that hangs would hold the process for ever.
  if (address.startsWith("unix://")) Object.assign(docker.modem, { agent });
  let isHung = false;
  const giveUp = (): void => {
    isHung = true;
    agent.destroy();
  };
  return {
    docker,
    address,
    ask: async (question, ms = 30_000) => {
      // Whoever was waited for in vain once is not waited for as long again.
      const most = Math.min(ms, longestMs, isHung ? hungMs : Infinity);
      const answer = await asked(docker, address, { question, ms: most, giveUp });
      isHung = false;
      return answer;
    },
  };
}

const foundSocket = (env: Env): string =>
  sockets(env).find((path) => existsSync(path)) ?? "/var/run/docker.sock";

const hungMs = 3000;

interface Asking<T> {
  readonly question: (docker: Docker) => Promise<T>;
  readonly ms: number;
  readonly giveUp: () => void;
}

async function asked<T>(docker: Docker, address: string, { question, ms, giveUp }: Asking<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(down(address, `no answer within ${ms / 1000} s`));
    giveUp();
  }, ms);
  const answer = question(docker);
  // When it is late, what it comes to in the end is nobody's business any more.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late.promise]);
  } catch (error) {
    throw isAnswer(error) || error instanceof EngineDown || isMistake(error)
      ? error
      : down(address, (error as Error).message, error);
  } finally {
    clearTimeout(timer);
  }
}

const down = (address: string, why: string, cause?: unknown): EngineDown =>
  new EngineDown(`the Docker engine does not answer at ${address} (${why}); start it, or see: docker info`, {
    cause,
  });

/** Node's own ERR_… says that the question was none. */
const isMistake = (error: unknown): boolean => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" && code.startsWith("ERR_");
};

/** Whether nothing listens where the engine should be: there is none, rather than one that is not well. */
export function isAbsent({ cause }: EngineDown): boolean {
  const code = (cause as { readonly code?: unknown } | null | undefined)?.code;
  return code === "ENOENT" || code === "ECONNREFUSED";
}

/** The engine said no, with an HTTP status. */
const isAnswer = (error: unknown): boolean => statusOf(error) !== null;

/** The HTTP status of an engine's refusal; null: something else went wrong. */
export function statusOf(error: unknown): number | null {
  const status = (error as { readonly statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === "number" ? status : null;
}

/** What an engine's refusal says, without the frame the library puts around it. */
export function refusalOf(error: unknown): string {
  const said = (error as { readonly json?: { readonly message?: unknown } }).json?.message;
  const text = typeof said === "string" ? said : (error as Error).message;
  return text.replace(/^\(HTTP code \d+\) [^-]* - /, "").trim();
}
