import type { Arg } from "./arg.ts";
import type { Input } from "./call.ts";
import type { Finding } from "./finding.ts";

/** A program that writes a file and reads nothing leaves it empty. */
export function emptied(
  first: Arg,
  args: readonly Arg[],
  input: Input,
  found: readonly Finding[],
): Finding[] {
  const touches = found.flatMap((finding) => (finding.risk === "write" ? (finding.touches ?? []) : []));
  const isEmpty = readsNull(args) || (input.kind === "empty" && passesInput.test(first.shape));
  if (!isEmpty || touches.length === 0 || reports.test(first.shape)) return [];
  return [{ risk: "destructive", because: `it empties ${touches.join(", ")}`, touches, removes: touches }];
}

const passesInput = /^(?:\/usr\/bin\/)?(?:tee|sponge|dd|install|cp)$/;
/** Programs that write about what they read, or for which an empty file means something. */
const reports =
  /^(?:\/usr\/bin\/)?(?:diff|git|touch|mkdir|ln|gcc|g\+\+|clang|cc|c\+\+|curl|wget|make|find|ssh-keygen)$/;

/** `/dev/null` as what is read, not as where something goes. */
const readsNull = (args: readonly Arg[]): boolean =>
  args.some(
    ({ shape }, index) =>
      /^(?:if=|--?in(?:put)?=|)\/dev\/null$/.test(shape) &&
      !/^(?:-o|-O|-out|--out|--output|--log-file|-D)$/.test(args[index - 1]?.shape ?? ""),
  );
