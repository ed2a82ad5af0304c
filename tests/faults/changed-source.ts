import { registerHooks } from "node:module";
import type { LoadFnOutput } from "node:module";

/** One place of one file as a careless developer would have it. */
export interface Change {
  /** From the root of the project. */
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

const root = new URL("../../", import.meta.url);

/**
 * Modules loaded from now on have these changes. What is loaded already has not, so nothing that is changed may have
 * been imported before.
 * @returns files that were to be changed and have not been loaded.
 */
export function loadChanged(changes: readonly Change[]): () => readonly string[] {
  const left = new Set(changes.map(({ file }) => file));
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const here = changes.filter(({ file }) => new URL(file, root).href === url);
      if (here.length === 0) return loaded;
      left.delete(here[0]?.file ?? "");
      return { ...loaded, source: here.reduce(changed, textOf(loaded.source)) };
    },
  });
  return () => [...left];
}

const textOf = (source: LoadFnOutput["source"]): string =>
  typeof source === "string" ? source : new TextDecoder().decode(source);

/** @throws RangeError when the place is not there any more, or is there twice: the fault would rot silently. */
export function changed(source: string, { file, from, to }: Change): string {
  const [before, after, ...more] = source.split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new RangeError(
      `${file} does not hold this exactly once any more, so the fault is to be rewritten: ${from}`,
    );
  return before + to + after;
}
