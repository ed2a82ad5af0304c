import type { Word } from "../shell.ts";
import { isSecretVariable } from "./environment-names.ts";
import { unknownCode } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { Scope } from "./scope.ts";

/** What expanding words means by itself: secrets in them, values that are run as prompts. */
export function wordFindings(words: readonly Word[], scope: Scope): Finding[] {
  const found: Finding[] = [];
  eachPiece(words, (piece) => {
    if (piece.kind !== "variable") return;
    if (isSecretVariable(piece.name) && !scope.variables.has(piece.name))
      found.push({ risk: "privilege", because: `$${piece.name} holds a secret` });
    if (piece.operation.endsWith("@P"))
      found.push(unknownCode("a value is expanded as a prompt, which may run commands"));
  });
  return found;
}

/** Every piece, those within pieces too. */
export function eachPiece(words: readonly Word[], look: (piece: Word["pieces"][number]) => void): void {
  for (const word of words) {
    for (const piece of word.pieces) {
      look(piece);
      if ("words" in piece) eachPiece(piece.words, look);
    }
  }
}
