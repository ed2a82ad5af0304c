import { z } from "zod";

/** A value that only the host knows, by name: what models, journals and terminals see is `{{secret:NAME}}`. */
export interface Secret {
  readonly name: string;
  readonly value: string;
  /** Where it may be sent: `tracker.example` (HTTPS alone), or with a port. */
  readonly hosts: readonly string[];
}

export const secretName = /^[A-Z][A-Z0-9_]{1,63}$/;
const hostForm = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?$/i;

const secretSpec = z
  .strictObject({
    hosts: z
      .array(z.string().regex(hostForm, "must be a host, like tracker.example or tracker.example:8443"))
      .min(1)
      .max(20)
      .describe("where it may be sent: over HTTPS, or to the port that is named"),
    env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable")
      .optional()
      .describe("the variable that holds it, if not the one of its name"),
    file: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe("the file that holds it, relative to the project or below ~, readable by you alone"),
  })
  .refine(({ env, file }) => env === undefined || file === undefined, "must have one of env and file");
export type SecretSpec = z.infer<typeof secretSpec>;

/** `secrets` of `harness.yaml`, by name. */
export const secretsSpec = z.record(
  z.string().regex(secretName, "must be a name like TRACKER_TOKEN"),
  secretSpec,
);
export type SecretsSpec = z.infer<typeof secretsSpec>;

export const placeholderOf = (name: string): string => `{{secret:${name}}}`;

/** Also what was meant as one and has a name that no secret has. */
const placeholder = /\{\{\s*secret:([^{}]*)\}\}/gi;

/** The names of a text's placeholders as they are written, each once. */
export const placeholdersIn = (text: string): readonly string[] => [
  ...new Set(Array.from(text.matchAll(placeholder), ([whole, name = ""]) => exactName(whole, name))),
];

/** A placeholder with blanks or capitals in it names nothing: its name is then all of it. */
const exactName = (whole: string, name: string): string => (whole === placeholderOf(name) ? name : whole);

/** The text with values in the place of its placeholders. */
export const filled = (text: string, valueOf: (name: string) => string): string =>
  text.replaceAll(placeholder, (_, name: string) => valueOf(name));

/** Whether it may be sent there. Without a port HTTPS is meant: over plain HTTP anyone on the way reads it. */
export const mayReceive = ({ hosts }: Pick<Secret, "hosts">, to: URL): boolean =>
  hosts.some((host) => {
    const named = URL.parse(`https://${host}/`);
    if (named === null || named.hostname !== to.hostname) return false;
    return named.port === "" ? to.protocol === "https:" && to.port === "" : named.port === portOf(to);
  });

/** As a number in letters, also where it is the usual one of the scheme. */
export const portOf = ({ port, protocol }: URL): string =>
  port === "" ? ({ "http:": "80", "https:": "443" }[protocol] ?? "") : port;
