import { risks } from "./tool.ts";
import type { Risk } from "./tool.ts";

/** One thing that a call would do and that has a risk of its own: a sub-command, a redirect, a request. */
export interface Part {
  /** As it stands in the call. */
  readonly text: string;
  /** Of a simple command its words as the program would see them; null where a word is not known before it runs. */
  readonly words: readonly (string | null)[];
  readonly risk: Risk;
  /** One clause: "find -delete removes what it finds". */
  readonly because: string;
  /** Where it would reach, like `packages.example:443`; empty: nowhere; null: somewhere that is not known. */
  readonly hosts: readonly string[] | null;
  /** Paths it would write or remove, relative to the workspace, as far as they are written out. */
  readonly touches: readonly string[];
  /**
   * It is `destructive` only because it removes these: where the run's first tree has none of them, and nothing below
   * them, it is a `write`. null: that would not change it.
   */
  readonly removes: readonly string[] | null;
  /** It may run a program nobody can tell before (a project's own code, a name made at run time). */
  readonly isOpaque: boolean;
  /** Why no sandbox can do it, whatever is allowed (another protocol than HTTP, more rights); null: one may. */
  readonly unreachable: string | null;
}

/** What a call would do, as far as that can be told before it runs. Never empty: what does nothing has one part. */
export interface Assessment {
  readonly parts: readonly Part[];
}

export const worst = (parts: readonly Pick<Part, "risk">[]): Risk =>
  parts.reduce<Risk>((most, { risk }) => (risks.indexOf(risk) > risks.indexOf(most) ? risk : most), "read");

/** Whether a risk is that high. */
export const isFrom = (risk: Risk, from: Risk): boolean => risks.indexOf(risk) >= risks.indexOf(from);
