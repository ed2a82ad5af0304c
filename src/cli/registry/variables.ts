import { basename, resolve } from "node:path";
import { isMapping } from "../../edges/prompts/prompt-file.ts";
import { readText } from "../../edges/project/read-text.ts";
import { parseYaml } from "../../edges/project/yaml.ts";
import { Refused } from "../exit.ts";

/** Variables of a prompt out of a file of JSON (`.json`) or YAML. @throws BadInput, Refused */
export async function readVariables(cwd: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { path, text } = await readText(resolve(cwd, file));
  const value = basename(path).endsWith(".json")
    ? json(file, text)
    : parseYaml({ path, line: 1, text }).value;
  if (isMapping(value)) return value;
  throw new Refused(
    `--vars ${file}: it holds no mapping; write lines of NAME: VALUE, or {"NAME": VALUE} as JSON`,
  );
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refused(`--vars ${file}: broken JSON: ${error.message}; mend it`);
  }
}
