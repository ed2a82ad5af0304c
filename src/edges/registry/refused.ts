/** A file of the registry cannot be used or may not be changed; `message` says which, why and what to do, in one line. */
export class RegistryRefused extends Error {
  override readonly name = "RegistryRefused";
}
