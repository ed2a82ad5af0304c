import type { Call } from "../call.ts";

/** It is told to take packages from its cache or from the workspace alone. */
export function isOffline({ name, args }: Call): boolean {
  const words = args.map(({ shape }) => shape);
  if (words.some((word) => /:\/\/|^git[@+]|^github:|online|\uE000/.test(word))) return false;
  if (words.some((word) => /^(?:tool|self|python)$/.test(word)) && name === "uv") return false;
  if (name === "cargo") return words.includes("--offline") && !words.includes("install");
  if (/^(?:npm|yarn|pnpm|uv)$/.test(name)) return words.includes("--offline");
  return /^pip[\d.]*$/.test(name) && words.includes("--no-index");
}
