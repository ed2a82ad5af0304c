import { basename, resolve } from "node:path";
import { isMapping } from "../../edges/prompts/prompt-file.ts";
import { readText } from "../../edges/project/read-text.ts";
import { parseYaml } from "../../edges/project/yaml.ts";
import { Refused } from "../exit.ts";

/** Variables of a prompt out of a file of JSON (`.json`) or YAML. @throws BadInput, Refused */
export const readVariables = async (cwd: string, file: string): Promise<Readonly<Record<string, unknown>>> =>
  readMapping(cwd, "--vars", file);

/** Names and values out of the file of an option, JSON (`.json`) or YAML. @throws BadInput, Refused */
export async function readMapping(
  cwd: string,
  option: string,
  file: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { path, text } = await readText(resolve(cwd, file));
  const value = basename(path).endsWith(".json")
    ? json(`${option} ${file}`, text)
    : parseYaml({ path, line: 1, text }).value;
  if (isMapping(value)) return value;
  throw new Refused(
    `${option} ${file}: it holds no mapping; write lines of NAME: VALUE, or {"NAME": VALUE} as JSON`,
  );
}

function json(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refused(`${what}: broken JSON: ${error.message}; mend it`);
  }
}
