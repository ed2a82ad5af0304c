import type { Pins } from "../core/event.ts";
import type { Ports } from "../core/ports.ts";
import { putJson } from "../loop/texts.ts";

/** What keeps this harness from going on with a run as it was pinned; empty: it can. */
export async function differences(ports: Ports, pins: Pins): Promise<readonly string[]> {
  const found: string[] = [];
  const { sandbox, blobs } = ports;
  if (sandbox.image !== pins.image) found.push(`the sandbox was ${pins.image} and is ${sandbox.image}`);
  if (sandbox.profile !== pins.profile)
    found.push(`the sandbox profile was ${pins.profile} and is ${sandbox.profile}`);
  if ((await putJson(blobs, await sandbox.capabilities())) !== pins.capabilities)
    found.push("the sandbox has other programs than when the run started");
  return found;
}
