import type { Command } from "../shell.ts";

/** More than one of itself at once: a fork bomb. */
export const callsItself = (name: string, { text }: Command): boolean =>
  text
    .split(/[;\n]|&&|\|\|/)
    .map((step): readonly string[] => step.match(/[^\s&|(){}]+|\||&/g) ?? [])
    .some((words) => {
      const own = words.filter((word) => word === name).length;
      return (own > 1 && words.includes("|")) || (own > 0 && words.includes("&"));
    });
