import { anthropic } from "./anthropic.ts";
import { compatible } from "./compatible.ts";
import type { Kit } from "./kit.ts";
import { openai } from "./openai.ts";

export const kits: readonly Kit[] = [anthropic, openai, compatible];
