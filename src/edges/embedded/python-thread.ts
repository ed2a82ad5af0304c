import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";
import type { WorkerOptions } from "node:worker_threads";

/** The file beside this one: as TypeScript in a checkout, as JavaScript in the package. */
const patientWaits = import.meta.url.endsWith(".ts")
  ? new URL("./patient-waits.ts", import.meta.url)
  : new URL("./patient-waits.js", import.meta.url);

/** Threads that this thread starts from now on, which are the library's for Python, wait as they should: `patient-waits.ts`. */
export function mendPythonThreads(): void {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      super(file, { ...options, execArgv: [...(options.execArgv ?? []), "--import", patientWaits.href] });
    }
  };
  syncBuiltinESMExports();
}
