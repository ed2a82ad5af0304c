/** Up to this many characters, output is shown whole. */
export const wholeUpTo = 8000;

/** Of longer output: characters of its beginning and of its end, and what stands out in between. */
const headSize = 1600;
const tailSize = 2000;
const mostLines = 20;
const lineSize = 110;

/** No excerpt is longer than this, in characters, the name of its file not counted. */
export const longestExcerpt = 7000;

/**
 * A long output as the model is shown it: its beginning, its end, and lines in between that look like trouble, with
 * their numbers in `file`, which holds all of it.
 */
export function excerpt(text: string, file: string): string {
  if (text.length <= wholeUpTo) return text;
  const head = headOf(text);
  const tail = tailOf(text);
  const between = text.slice(head.length, text.length - tail.length);
  const before = count(head, "\n");
  const trouble = troubleLines(between).map(({ line, text: said }) => `  ${before + line}: ${said}`);
  const lines = count(text, "\n") + (text.endsWith("\n") ? 0 : 1);
  return [
    `${head.trimEnd()}\n`,
    `[… ${grouped(between.length)} of ${grouped(text.length)} characters are left out here; all ${grouped(lines)} lines are in ${file}: read_file with offset and limit, or grep -n and sed -n in bash]`,
    ...(trouble.length === 0 ? [] : [`[lines among them that look like trouble:]`, ...trouble]),
    `\n${tail}`,
  ].join("\n");
}

/** Whole lines where there are any: a line that is cut could be taken for what was printed. */
function headOf(text: string): string {
  const cut = text.slice(0, headSize);
  const end = cut.lastIndexOf("\n");
  return end < headSize / 2 ? withoutHalf(cut) : cut.slice(0, end + 1);
}

function tailOf(text: string): string {
  const cut = text.slice(-tailSize);
  const start = cut.indexOf("\n") + 1;
  return start === 0 || start > tailSize / 2 ? cut.replace(/^[\uDC00-\uDFFF]/, "") : cut.slice(start);
}

/** Not between the two halves of a character. */
const withoutHalf = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, "");

const count = (text: string, part: string): number => text.split(part).length - 1;

/** 1234567 → 1,234,567 */
export const grouped = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");

export interface TroubleLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Begins like a word, and is no part of a longer one; `TypeError` and `java.io.IOException` are. */
const bad =
  /(?:^|[^\w-])(?:fail(?:ed|ure|ures|s|ing)?|errors?|err!|\w+(?:Error|Exception)|traceback|panic(?:ked)?|not ok|fatal|segmentation fault|assertion|cannot|undefined reference)(?![\w-])|[✗✘✖×]/i;
const doubtful = /(?:^|[^\w-])warn(?:ings?)?(?![\w-])/i;
/** "0 errors", "no warnings": what went well. */
const none = /(?:^|[^\w.-])(?:0|no|without) (?:fail\w*|errors?|warnings?)/gi;

/** Lines are looked at this far: what is longer is data, not a message. */
const lookedAt = 300;

/**
 * The lines of a text that look like failures, at most `most`, in order. Errors go before warnings; of too many, the
 * first half and the last half are taken: the cause, and what it came to.
 */
export function troubleLines(text: string, most = mostLines): readonly TroubleLine[] {
  const looks = (pattern: RegExp, line: string): boolean => {
    const begin = line.slice(0, lookedAt);
    return pattern.test(begin) && pattern.test(begin.replaceAll(none, " "));
  };
  const lines = text.split("\n").map((line, index) => ({ line: index + 1, text: line.trimEnd() }));
  const errors = lines.filter((line) => looks(bad, line.text));
  const warnings =
    errors.length >= most ? [] : lines.filter((line) => !errors.includes(line) && looks(doubtful, line.text));
  return [...firstAndLast(errors, most), ...warnings.slice(0, Math.max(0, most - errors.length))]
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, text: said }) => ({ line, text: short(said) }));
}

function firstAndLast(lines: readonly TroubleLine[], most: number): readonly TroubleLine[] {
  if (lines.length <= most) return lines;
  const last = Math.floor(most / 2);
  return [...lines.slice(0, most - last), ...lines.slice(lines.length - last)];
}

const short = (line: string): string =>
  line.length <= lineSize ? line : `${withoutHalf(line.slice(0, lineSize - 1))}…`;
