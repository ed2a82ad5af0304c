/** A value as one line of JSON whose text is plain to see: what a terminal would act on, or hide, is escaped. */
export const jsonLine = (value: unknown): string =>
  `${JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, escaped)}\n`;

/** As JSON escapes it: each half of a pair by itself. */
const escaped = (text: string): string =>
  Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
