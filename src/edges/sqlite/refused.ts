/** The state directory or a database in it cannot be used as it is; the message says which and why, in one sentence. */
export class StorageRefused extends Error {
  override readonly name = "StorageRefused";
}

/** The bytes stored under a digest are not those it names. */
export class DamagedBlob extends Error {
  override readonly name = "DamagedBlob";
  readonly digest: string;
  constructor(digest: string, why: string, options?: ErrorOptions) {
    super(`blob ${digest} is damaged: ${why}`, options);
    this.digest = digest;
  }
}
