import type { Evaluations } from "../../edges/sqlite/evaluations.ts";
import { answered } from "../../evals/answer.ts";
import type { AnswerStore } from "../../evals/runner/store.ts";

/** The answers of `evals.db`. What another version of harness kept in a form that is not known here is no answer: it is asked again. */
export const answerStore = (evaluations: Evaluations): AnswerStore => ({
  find: async (keys) => {
    const found = await evaluations.find(keys);
    return new Map(
      [...found].map(([key, values]) => [
        key,
        values.flatMap(({ value, ...kept }) => {
          const read = answered.safeParse(value);
          return read.success ? [{ ...kept, answered: read.data }] : [];
        }),
      ]),
    );
  },
  put: async ({ answered: value, ...kept }) => evaluations.put({ ...kept, value }),
});
