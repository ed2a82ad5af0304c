/** Whether a script or a command by that name sends something out: `deploy`, `scripts/release.sh`, `docs:publish`. */
export const isSending = (name: string): boolean =>
  /(?:^|[/:_.-])(?:deploy|publish|release|upload)(?:$|[:_.-])/i.test(name) &&
  !/dry-?run|check|test|notes|build/i.test(name);
