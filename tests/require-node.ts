/** Fails at once, in words, where the tests run on a Node the packages do not support. */
export function setup(): void {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 22) {
    throw new Error(
      `the tests need Node 22.18 or newer, this is ${process.version}; run them with: npm test`,
    );
  }
}
