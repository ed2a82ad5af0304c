/** A directory, repository or branch cannot be used as it is; the message says which, why and what to do, in one line. */
export class FilesRefused extends Error {
  override readonly name = "FilesRefused";
}
