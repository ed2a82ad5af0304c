/**
 * Loaded into the thread Python runs in, before anything else: this file acts when loaded.
 *
 * just-bash 3.4 lets Python wait for the answer to each file system call with one `Atomics.wait`. The one who answers
 * stores the answer first and wakes the waiter a moment later; a quick Python has asked its next call by then, is woken
 * without an answer, and reports an I/O error that nobody made (once in a few hundred programs on a busy machine).
 * Here a wait that is woken while what it waits on has not changed goes on waiting.
 */
const { load, wait } = Atomics;

Atomics.wait = ((view: Int32Array, index: number, value: number, timeout = Infinity) => {
  const until = performance.now() + timeout;
  for (;;) {
    const woken = wait(view, index, value, Math.max(0, until - performance.now()));
    if (woken !== "ok" || load(view, index) !== value) return woken;
  }
}) as typeof Atomics.wait;
