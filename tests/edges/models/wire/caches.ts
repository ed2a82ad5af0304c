import { createHash } from "node:crypto";

/** A provider's prompt cache, as its documentation describes it. It remembers all requests it was shown. */
export type Cache = (body: unknown) => CacheUse;

/** Tokens of one request; four bytes make one. `input` holds the other two. */
export interface CacheUse {
  readonly input: number;
  readonly read: number;
  readonly written: number;
}

type Fields = Readonly<Record<string, unknown>>;

const tokensIn = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);
const hashOf = (...texts: readonly string[]): string =>
  createHash("sha256").update(texts.join("\n")).digest("hex");

/** Prompts and prefixes shorter than this are never cached, by either provider. */
const least = 1024;

/**
 * Anthropic: a prefix is kept where a block is marked, in the order tools, system, messages. A later request finds it
 * from one of its own marks, or from there at most 20 blocks back. At most four marks.
 * https://docs.claude.com/en/docs/build-with-claude/prompt-caching
 */
export function anthropicCache(): Cache {
  const kept = new Set<string>();
  return (body) => {
    const blocks = prefixesOf(body as Fields);
    const marks = blocks.flatMap(({ isMarked }, index) => (isMarked ? [index] : []));
    if (marks.length > 4) throw new Error("more than four places are marked");
    const found = marks
      .flatMap((mark) => blocks.slice(Math.max(0, mark - 19), mark + 1))
      .filter(({ hash }) => kept.has(hash));
    const read = Math.max(0, ...found.map(({ tokens }) => tokens));
    const last = blocks[marks.at(-1) ?? -1];
    for (const mark of marks) {
      const block = blocks[mark];
      if (block !== undefined && block.tokens >= least) kept.add(block.hash);
    }
    const end = last === undefined || last.tokens < least ? 0 : last.tokens;
    return { input: blocks.at(-1)?.tokens ?? 0, read, written: Math.max(0, end - read) };
  };
}

interface Prefix {
  /** Of all blocks up to this one, whether marked or not. */
  readonly hash: string;
  readonly tokens: number;
  readonly isMarked: boolean;
}

function prefixesOf({ tools = [], system = [], messages = [] }: Fields): readonly Prefix[] {
  const spelled = (messages as readonly { role: string; content: readonly Fields[] }[]).flatMap(
    ({ role, content }) => content.map((block) => [role, block] as const),
  );
  const blocks = [
    ...(tools as readonly Fields[]).map((block) => ["tool", block] as const),
    ...(system as readonly Fields[]).map((block) => ["system", block] as const),
    ...spelled,
  ];
  let hash = "";
  let tokens = 0;
  return blocks.map(([where, { cache_control: mark, ...block }]) => {
    const text = JSON.stringify(block);
    hash = hashOf(hash, where, text);
    tokens += tokensIn(text);
    return { hash, tokens, isMarked: mark !== undefined };
  });
}

/**
 * OpenAI and servers like it: the longest beginning that any earlier request had, in whole steps. The steps are 128
 * tokens after the first 1024 (https://platform.openai.com/docs/guides/prompt-caching); here they are 1024 throughout,
 * which can only find less.
 */
export function prefixCache(inOrder: (body: Fields) => readonly unknown[]): Cache {
  const kept = new Set<string>();
  return (body) => {
    const bytes = Buffer.from(
      inOrder(body as Fields)
        .map((item) => JSON.stringify(item))
        .join("\n"),
    );
    const steps = Math.floor(bytes.length / (4 * least));
    const hashes = Array.from({ length: steps }, (_, step) =>
      hashOf(bytes.subarray(0, (step + 1) * 4 * least).toString("latin1")),
    );
    const read = (hashes.findLastIndex((hash) => kept.has(hash)) + 1) * least;
    for (const hash of hashes) kept.add(hash);
    return { input: Math.ceil(bytes.length / 4), read, written: steps * least - read };
  };
}
