import type { Json } from "./canonical.ts";
import type { Digest } from "./id.ts";
import type { Reach, Risk } from "./tool.ts";

/**
 * What a person is shown when they are asked about a call (state: made by the loop, stored as canonical JSON, the exact
 * bytes an approval is bound to). Nothing in it is made safe to print: whoever shows it does that.
 */
export interface Card {
  readonly v: 1;
  readonly tool: string;
  /** What would run, in full: the command, or the request line with its body. */
  readonly action: string;
  readonly args: Json;
  readonly cwd: string;
  readonly tree: Digest;
  readonly image: string;
  readonly risk: Risk;
  readonly reach: Reach;
  /** The sub-commands or requests that are why it is asked, worst first. */
  readonly parts: readonly { readonly text: string; readonly risk: Risk; readonly because: string }[];
  /** The rule that says to ask; null: the level does. */
  readonly rule: string | null;
  readonly askFrom: Risk;
  /** Its worker has read text from the network: effects are asked about whatever the rules say. */
  readonly isTainted?: boolean;
  /** What this call alone may reach if it is granted, like `packages.example:443`. */
  readonly hosts: readonly string[];
  /** Paths it names to write or remove. */
  readonly touches: readonly string[];
  /** The snapshot can take back all of it. */
  readonly isUndone: boolean;
  /** How long a grant lasts. */
  readonly grantMs: number;
  /** What the agent said in the same turn: its own words, unchecked. */
  readonly says: string;
}
