import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import type { Way } from "../../core/gate.ts";

export async function addressesOf(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

/** In place of a connection's own look-up, which could find something else by now. */
export function judgedOnly({ addresses }: Way): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_name, { all }, done) => {
    if (all === true) done(null, found);
    else done(null, found[0]?.address ?? "", found[0]?.family);
  };
}
