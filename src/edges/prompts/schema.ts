/** What a variable may hold. `nullable`: it may be null or, in an object, left out. */
export type Schema = { readonly nullable: boolean } & (
  | { readonly type: ScalarType | "any" }
  | { readonly type: "enum"; readonly values: readonly unknown[] }
  | { readonly type: "array"; readonly items: Schema }
  | ObjectSchema
);

export interface ObjectSchema {
  readonly type: "object";
  readonly members: ReadonlyMap<string, Member>;
  /** Of members that are not declared; null: they are left out. */
  readonly rest: Schema | null;
}

export interface Member {
  readonly schema: Schema;
  /** Where the prompt declares it. */
  readonly line: number;
}

export type ScalarType = "string" | "number" | "integer" | "boolean" | "null";

export const scalarTypes: readonly ScalarType[] = ["string", "number", "integer", "boolean", "null"];

export const plain = (type: ScalarType | "any"): Schema => ({ type, nullable: type === "null" });

export const anything: Schema = { type: "any", nullable: true };

/** How an error calls it. */
export function kindOf(schema: Schema): string {
  switch (schema.type) {
    case "array":
      return "a list";
    case "object":
      return "a mapping";
    case "enum":
      return `one of ${schema.values.map((value) => JSON.stringify(value)).join(", ")}`;
    default:
      return schema.type;
  }
}
