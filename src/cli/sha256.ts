import { createHash } from "node:crypto";
import type { Digest } from "../core/id.ts";

export const sha256 = (text: string): Digest => createHash("sha256").update(text).digest("hex");
