/** Langfuse did not do what was asked. `message` says what, where and what to do, in one line without any key. */
export class LangfuseRefused extends Error {
  override readonly name = "LangfuseRefused";
  /** Nobody knows whether it was done: the answer is late, broke off, or says that the server fell over it. */
  readonly isUncertain: boolean;
  constructor(message: string, isUncertain: boolean) {
    super(message);
    this.isUncertain = isUncertain;
  }
}
