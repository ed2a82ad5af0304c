import type { CreatePromptRequest } from "@langfuse/core";
import { z } from "zod";
import { LangfuseRefused } from "./refused.ts";
import { request } from "./request.ts";
import type { Server } from "./request.ts";

const listed = z.object({
  data: z.array(z.object({ name: z.string(), versions: z.array(z.int()) })),
  meta: z.object({ totalPages: z.int() }),
});

const base = {
  version: z.int(),
  config: z.unknown(),
  labels: z.array(z.string()),
  tags: z.array(z.string()).default([]),
  commitMessage: z.string().nullish(),
  createdBy: z.string().nullish(),
  createdAt: z.string().nullish(),
};
const stored = z.discriminatedUnion("type", [
  z.object({ ...base, type: z.literal("text"), prompt: z.string() }),
  z.object({
    ...base,
    type: z.literal("chat"),
    prompt: z.array(z.looseObject({ role: z.string().optional(), content: z.string().optional() })),
  }),
]);
/** A version as Langfuse has it. */
export type StoredVersion = z.infer<typeof stored>;

/** Names of prompts with the numbers of their versions; of one name, or all. @throws LangfuseRefused */
export async function listPrompts(
  server: Server,
  only?: string,
): Promise<readonly { readonly name: string; readonly versions: readonly number[] }[]> {
  const found = new Map<string, readonly number[]>();
  for (let page = 1, pages = 1; page <= pages; page++) {
    const query = new URLSearchParams({
      page: String(page),
      limit: "100",
      ...(only === undefined ? {} : { name: only }),
    });
    const answer = checked(
      server,
      listed,
      await request(server, { method: "GET", path: `${path}?${query.toString()}` }),
    );
    for (const { name, versions } of answer.data) found.set(name, [...(found.get(name) ?? []), ...versions]);
    pages = answer.meta.totalPages;
  }
  return [...found].map(([name, versions]) => ({ name, versions: versions.toSorted((a, b) => a - b) }));
}

/** Every version of a name, oldest first; none where there is no such name. @throws LangfuseRefused */
export async function readVersions(server: Server, name: string): Promise<readonly StoredVersion[]> {
  const versions: StoredVersion[] = [];
  const numbers = (await listPrompts(server, name)).flatMap((one) => (one.name === name ? one.versions : []));
  for (const version of numbers) {
    const query = `?version=${version}&resolve=false`;
    const value = await request(server, {
      method: "GET",
      path: `${path}/${encodeURIComponent(name)}${query}`,
    });
    if (value !== null) versions.push(checked(server, stored, value));
  }
  return versions;
}

/** Makes the next version of a name. Never tried again by itself. @returns its number there @throws LangfuseRefused */
export async function createVersion(server: Server, body: CreatePromptRequest): Promise<number> {
  const answer = await request(server, { method: "POST", path, body });
  return checked(server, z.object({ version: z.int() }), answer).version;
}

/** Gives a version a label, which is taken from the version that had it. @throws LangfuseRefused */
export async function addLabel(server: Server, name: string, version: number, label: string): Promise<void> {
  const at = `${path}/${encodeURIComponent(name)}/versions/${version}`;
  const done = await request(server, { method: "PATCH", path: at, body: { newLabels: [label] } });
  if (done === null)
    throw new LangfuseRefused(
      `Langfuse at ${server.base}: version ${version} of ${name} is gone; push again`,
      false,
    );
}

const path = "/api/public/v2/prompts";

function checked<T>(server: Server, schema: z.ZodType<T>, value: unknown): T {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  throw new LangfuseRefused(
    `Langfuse at ${server.base}: it answers otherwise than Langfuse does (${found.error.issues[0]?.path.join(".") ?? ""}); check LANGFUSE_BASE_URL`,
    false,
  );
}
