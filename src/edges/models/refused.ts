/** A model cannot be used as it is named or configured. The message says in one line what is wrong and what to do. */
export class ModelRefused extends Error {
  override readonly name = "ModelRefused";
}
