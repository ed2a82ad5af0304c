import type { Body, Entry, EventType } from "../../event.ts";
import type { Story } from "../story.ts";

/** How each event changes the story. */
export type Teller = { readonly [T in EventType]?: (story: Story, body: Body<T>, entry: Entry) => void };
