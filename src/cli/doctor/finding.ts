/** `wrong` keeps a run from starting or from being safe; `warns` does not. */
export type Mark = "ok" | "warns" | "wrong";

/** What one check found. */
export interface Finding {
  /** One word or two, to be found again: `runc`. */
  readonly name: string;
  readonly mark: Mark;
  readonly found: string;
  /** What a person can do about it; null where it is ok. */
  readonly todo: string | null;
}

/** Finds something that is not as it should be. */
export type Fault = (name: string, found: string, todo: string) => Finding;

export const ok = (name: string, found: string): Finding => ({ name, mark: "ok", found, todo: null });
export const warns: Fault = (name, found, todo) => ({ name, mark: "warns", found, todo });
export const wrong: Fault = (name, found, todo) => ({ name, mark: "wrong", found, todo });

/** What `work` comes to, or `late` when that takes longer than `ms`. What it comes to then is nobody's business. */
export async function within<T>(ms: number, work: Promise<T>, late: () => T): Promise<T> {
  const over = Promise.withResolvers<T>();
  const timer = setTimeout(() => over.resolve(late()), ms);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Errors whose message is for people, by name: what a check was to find out. */
const told = new Set([
  "BadInput",
  "ContainerLost",
  "EngineDown",
  "FilesRefused",
  "ImageGone",
  "ImageRefused",
  "ModelRefused",
  "PromptError",
  "Refused",
  "RegistryRefused",
  "SandboxDown",
  "StorageRefused",
]);

/** The words of an expected error, or of the system's refusal. @throws any other: a bug. */
export function wordsOf(error: unknown): string {
  const { name, message, code } = error as NodeJS.ErrnoException;
  // Node's own ERR_… are mistakes of a program, not of the machine.
  const isSystem = typeof code === "string" && !code.startsWith("ERR_");
  if (told.has(name) || isSystem) return message;
  throw error;
}
