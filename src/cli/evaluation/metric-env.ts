import type { Io } from "../io.ts";

const passed = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"];

/** What a metric's command needs to find programs; no key is among it. */
export const envOf = ({ env }: Pick<Io, "env">): Record<string, string> =>
  Object.fromEntries(
    passed.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
