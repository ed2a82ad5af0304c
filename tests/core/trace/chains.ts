import { expect } from "vitest";
import type { Body, Entry } from "../../../src/core/event.ts";
import { endCall, judgeCall, startCall } from "../audit/call-moves.ts";
import type { Chain } from "../audit/chain-builder.ts";
import { call } from "../audit/honest-chains.ts";
import { dishonest } from "../audit/honesty.ts";
import { wrongs } from "./wrongs.ts";

/** Of a chain that could have been written, and whose trace is whole. */
export function entriesOf(chain: Chain): readonly Entry[] {
  expect(dishonest(chain)).toBeNull();
  expect(wrongs(chain.entries())).toEqual([]);
  return chain.entries();
}

/** The first call runs and ends. */
export function judgedCall(chain: Chain, change: Partial<Body<"call-ended">> = {}): Chain {
  judgeCall(chain, call);
  startCall(chain, call, chain.blob("base"), { hosts: ["packages.example:443"] });
  return endCall(chain, call, change);
}
