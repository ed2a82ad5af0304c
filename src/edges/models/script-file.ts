import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import type { Price } from "../../core/model.ts";
import { isObject } from "./arguments.ts";
import { meant } from "../../core/nearest.ts";
import { ModelRefused } from "./refused.ts";
import { threadKinds, whyNoThread } from "./script.ts";
import type { Script, ScriptThread } from "./script.ts";
import { waysOf } from "./script-ways.ts";
import { delayOf } from "./script-words.ts";
import { kindOf, membersOf, spotsIn } from "./script-yaml.ts";
import type { Spot } from "./script-yaml.ts";

/**
 * Reads a script: YAML or JSON, in one document or several that are read as one.
 *
 *     delay_ms: 250                      # how long each answer takes; 0 if left out
 *     price: { input: 1, output: 5 }     # dollars per million tokens; also cache_read, cache_write
 *     THREAD:                            # plan/1, task/clean/2, judge/report/1/1, goal/1; * for any one segment;
 *                                        # of evaluations case/CASE/SAMPLE, verdict/CASE/SAMPLE
 *       - Text alone says it.
 *       - TOOL: { … }                    # one call
 *       - say: Words with the calls.     # these keys may stand beside one TOOL as well
 *         calls: [{ TOOL: { … } }, { tool: NAME, raw: "{ no JSON" }, …]   # raw: arguments that are none
 *         usage: { input: 5000, output: 400, cache_read: 0, cache_write: 0 }   # or none: not reported
 *         delay_ms: 400
 *         stop: length                   # end, calls, length, refusal, pause, context-full; else as there are calls
 *         served: OTHER                  # the model id that answers, if not the one asked
 *         fail: { class: overloaded, times: 2 }   # tries 1 and 2 fail; all without times
 *                                        # also message: TEXT, retry_after: SECONDS, and usage, as above, of each failure
 *     THREAD:                            # or alternatives: the first that fits the request answers, else the next key does
 *       - when: Answer in one word       # stands in the system message, a text or a result, however lines are broken;
 *                                        # a list: all of them do
 *         not: [You may explain]         # none of them does
 *         turns: [ … ]                   # as above
 *       - turns: [ … ]                   # fits always
 *
 * The classes of failures are those of `ModelErrorClass`. An empty answer is `say: ""`; one that stalls is
 * `fail: { class: stalled }` after a `delay_ms`.
 *
 * @param file absolute @throws ModelRefused `file:line: what`
 */
export async function readScript(file: string): Promise<Script> {
  const shown = shortest(file);
  const spots = spotsIn(shown, await textIn(file, shown));
  const entries = spots.flatMap(entriesOf);
  refuseTwice(entries);
  const threads = entries.filter(({ key }) => !options.includes(key)).map(threadIn);
  if (threads.length === 0)
    throw new ModelRefused(`${shown}: it has no threads; write plan/1: and a list of turns`);
  const option = (name: string): Spot | null => entries.find(({ key }) => key === name)?.spot ?? null;
  const [delay, price] = [option("delay_ms"), option("price")];
  return {
    delayMs: delay === null ? 0 : delayOf(delay),
    price: price === null ? null : priceOf(price),
    threads,
  };
}

const options: readonly string[] = ["delay_ms", "price"];

/** Relative to where the person stands, unless it lies elsewhere. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") || isAbsolute(near) ? path : near;
}

const limit = 16 * 1024 * 1024;

async function textIn(file: string, shown: string): Promise<string> {
  const handle = await opened(file, shown);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new ModelRefused(`${shown}: it is no regular file; name a script`);
    if (found.size > limit) throw new ModelRefused(`${shown}: it is larger than 16 MiB; name a script`);
    return new TextDecoder("utf-8", { fatal: true }).decode(await handle.readFile());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ModelRefused(`${shown}: it is not UTF-8; save it as UTF-8`);
  } finally {
    await handle.close();
  }
}

/** Without waiting for the other end of a FIFO. */
async function opened(file: string, shown: string): Promise<Awaited<ReturnType<typeof open>>> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ModelRefused(`${shown}: there is no such script; check the name after scripted/`);
    }
    if (["EACCES", "EPERM", "ELOOP", "ENAMETOOLONG", "ENXIO", "ERR_INVALID_ARG_VALUE"].includes(code)) {
      throw new ModelRefused(`${shown}: it cannot be read (${code}); mend that or name another script`);
    }
    throw error;
  }
}

interface Entry {
  readonly key: string;
  readonly spot: Spot;
}

function entriesOf(spot: Spot): readonly Entry[] {
  if (!isObject(spot.value)) {
    throw spot.wrong(
      `a script is ${kindOf(spot.value)}; write threads like plan/1: and under each its turns`,
    );
  }
  return Object.keys(spot.value).map((key) => ({ key, spot: spot.at(key) }));
}

function refuseTwice(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const { key, spot } of entries) {
    if (seen.has(key)) throw spot.wrong(`"${key}" is there already, in another document; keep one`);
    seen.add(key);
  }
}

function threadIn({ key, spot }: Entry): ScriptThread {
  const why = whyNoThread(key);
  if (why !== null) {
    const [kind = ""] = key.split("/");
    const near = threadKinds.includes(kind) ? "" : meant(kind, [...options, ...threadKinds]);
    throw spot.wrong(`unknown key "${key}"${near || `; ${why}`}`);
  }
  return { key, ways: waysOf(spot, key) };
}

function priceOf(spot: Spot): Price {
  const given = membersOf(spot, "price", ["input", "output", "cache_read", "cache_write"]);
  const dollars = (name: string, otherwise?: number): number => {
    const value = given[name] ?? otherwise;
    if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
    throw spot.at(name).wrong(`${name} is ${kindOf(value)}; give dollars per million tokens, 0 or more`);
  };
  const input = dollars("input");
  return {
    input,
    output: dollars("output"),
    cacheRead: dollars("cache_read", input),
    cacheWrite: dollars("cache_write", input),
  };
}
