import type { Risk } from "../tool.ts";
import type { Arg } from "./arg.ts";

/** One reason why a command has a risk. What is left out is: nowhere, nothing, no. */
export interface Finding {
  readonly risk: Risk;
  readonly because: string;
  readonly hosts?: readonly string[] | null;
  readonly touches?: readonly string[];
  /** See `Part.removes`. */
  readonly removes?: readonly string[] | null;
  readonly isOpaque?: boolean;
  readonly unreachable?: string;
}

/** What a command runs in its turn: another command, a text for a shell, code for an interpreter. */
export type Inner =
  /** `isFed` false: what stands on the input is not for it. `place`: it runs there. */
  | {
      readonly runs: readonly Arg[];
      readonly isFed?: boolean;
      readonly place?: Arg | undefined;
      /** See `Call.isOwn`. */
      readonly isOwn?: boolean;
      /** Words of options may stand before it: whichever of them begin a known program count. */
      readonly isLoose?: boolean;
    }
  /** What it finds on its input, where that is not what the command finds there. */
  | { readonly shell: Arg; readonly input?: "pipe" | "none" };

export type Outcome = readonly (Finding | Inner)[];

export const isFinding = (item: Finding | Inner): item is Finding => "risk" in item;

export const reads = (because: string): Finding => ({ risk: "read", because });
export const writes = (because: string): Finding => ({ risk: "write", because });
/** A project's own code: anything its sandbox allows, which a snapshot can undo. */
export const ownCode = (because: string): Finding => ({ risk: "write", because, isOpaque: true });
/** Nobody can tell what it is before it runs. */
export const unknownCode = (because: string): Finding => ({
  risk: "privilege",
  because,
  isOpaque: true,
  hosts: null,
});
export const reaches = (because: string, hosts: readonly string[] | null = null): Finding => ({
  risk: "network",
  because,
  hosts,
});
export const changesOutside = (because: string, hosts: readonly string[] | null = null): Finding => ({
  risk: "external",
  because,
  hosts,
});
export const destroys = (because: string): Finding => ({ risk: "destructive", because, removes: null });
const noRights = "the sandbox gives nobody more rights";
export const needsRights = (because: string): Finding => ({
  risk: "privilege",
  because,
  unreachable: noRights,
});
/** It concerns more than the workspace, though a sandbox may let it. */
export const trusted = (because: string): Finding => ({ risk: "privilege", because });
