import { argOf } from "./arg.ts";
import type { Call } from "./call.ts";
import type { Finding } from "./finding.ts";
import { judgePath } from "./path.ts";

/** Files that a patch changes, where its text stands in the command: each with and without its first step. */
export function patched({ input, args, written, cwd }: Call): Finding[] {
  const texts = [
    ...(input.kind === "text" ? [input.text] : []),
    ...args.flatMap((file) => written(file) ?? []),
  ];
  const names = texts.flatMap(({ shape }) =>
    [...shape.matchAll(/^(?:\+\+\+|---|Index:|rename to|copy to|diff --git \S+)[ \t]+([^\t\n]+)/gm)].map(
      ([, name]) => (name ?? "").trim(),
    ),
  );
  return names
    .filter((name) => name !== "/dev/null")
    .flatMap((name) => [name, name.replace(/^[^/]*\//, "")])
    .flatMap((name) => judgePath(argOf(name), "write", cwd) ?? []);
}
