import { answered } from "../../evals/answer.ts";
import type { Answered } from "../../evals/answer.ts";
import type { AnswerStore } from "../../evals/runner/store.ts";
import type { Evaluations } from "../../edges/sqlite/evaluations.ts";
import type { Kept } from "../kept-secrets.ts";

/**
 * Answers in `evals.db`, without the secrets that the harness was told of. What another version of harness kept in a form
 * that is not known here is no answer: it is asked again.
 */
export function answerStore(
  { find, put }: Pick<Evaluations, "find" | "put">,
  { redaction }: Pick<Kept, "redaction">,
): AnswerStore {
  return {
    find: async (keys) => {
      const found = await find(keys);
      return new Map(
        [...found].map(([key, rows]) => [
          key,
          rows.flatMap(({ value, ...row }) => {
            const read = answered.safeParse(value);
            return read.success ? [{ ...row, answered: read.data }] : [];
          }),
        ]),
      );
    },
    put: async ({ answered: value, ...row }) => put({ ...row, value: withoutSecrets(value, redaction) }),
  };
}

export function withoutSecrets(value: Answered, redaction: Kept["redaction"]): Answered {
  const { why, output } = value;
  return {
    ...value,
    text: redaction.text(value.text),
    why: why === null ? null : redaction.text(why),
    output:
      output === null ? null : (JSON.parse(redaction.text(JSON.stringify(output))) as Answered["output"]),
  };
}
