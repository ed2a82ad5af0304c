import { userInfo } from "node:os";
import type { By } from "../core/event.ts";

/** Who types at this terminal. */
export function person(): By {
  return {
    type: "person",
    user: userInfo().username.slice(0, 200),
    tty: process.env["SSH_TTY"]?.slice(0, 200) ?? null,
  };
}
