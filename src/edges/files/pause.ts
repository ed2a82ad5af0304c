import { setImmediate as nextTurn } from "node:timers/promises";

/** Longest stretch of work before others get their turn, in ms. */
const stretch = 8;

/** To be awaited now and then in a long loop of synchronous work: the event loop never waits long for it. */
export function pausing(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < stretch) return;
    await nextTurn();
    since = performance.now();
  };
}
