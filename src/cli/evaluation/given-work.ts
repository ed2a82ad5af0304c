import type { Model, Part } from "../../core/model.ts";
import type { Models } from "../../core/ports.ts";

/** Who "works" where the work is there already and only the judge is asked. */
export const givenWorker = "given/work";

/** Calls of one turn; the loop takes no more than 64. */
const mostCalls = 50;

/**
 * The models of a project, and one that is none: it writes these files and submits. It holds no state, so a run that was
 * killed goes on with it.
 */
export const withGivenWork = (models: Models, files: Readonly<Record<string, string>>): Models => ({
  model: async (name) => (name === givenWorker ? given(files) : models.model(name)),
  heldUntil: async (name) => (name === givenWorker ? null : models.heldUntil(name)),
});

function given(files: Readonly<Record<string, string>>): Model {
  const writes = Object.entries(files).map(([path, content]) => ({
    tool: "write_file",
    args: { path, content },
  }));
  const turns = Array.from({ length: Math.ceil(writes.length / mostCalls) }, (_, index) =>
    writes.slice(index * mostCalls, (index + 1) * mostCalls),
  );
  return {
    name: givenWorker,
    price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    respond: async ({ turn }) => {
      const calls = turns[turn - 1] ?? [{ tool: "submit", args: submission(Object.keys(files)) }];
      return {
        outcome: "complete",
        stop: "calls",
        parts: calls.map((call, index): Part => ({
          type: "call",
          id: `given_${turn}_${index + 1}`,
          ...call,
        })),
        usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        servedModel: givenWorker,
        requestId: null,
        firstTokenMs: null,
      };
    },
  };
}

/** The judge never sees it; nor does anybody else. */
const submission = (paths: readonly string[]): Record<string, string[] | string | number> => ({
  summary: "The work is there.",
  artifacts: paths.slice(0, 50),
  decisions: [],
  open_questions: [],
  confidence: 1,
});
