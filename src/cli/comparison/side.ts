import type { Entry } from "../../core/event.ts";
import type { RunId } from "../../core/id.ts";
import { fieldsOf } from "../../core/manifest/fields.ts";
import type { Field } from "../../core/manifest/fields.ts";
import type { Manifest } from "../../core/manifest/manifest.ts";
import type { Ports } from "../../core/ports.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { readStory } from "../story.ts";
import type { Story } from "../story.ts";

/** One of two runs that are compared. */
export interface Side {
  readonly id: RunId;
  readonly story: Story;
  readonly manifest: Manifest;
  readonly fields: readonly Field[];
  readonly entries: readonly Entry[];
}

export async function readSide(storage: Pick<Ports, "journal" | "blobs">, id: RunId): Promise<Side> {
  const manifest = await readManifest(storage, id);
  return {
    id,
    manifest,
    fields: fieldsOf(manifest),
    story: await readStory(storage.journal, id),
    entries: await Array.fromAsync(storage.journal.read(id, 0)),
  };
}
