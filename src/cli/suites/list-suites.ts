import { versionText } from "../../core/registry/artifact.ts";
import { inProduction, newestVersion } from "../../core/registry/history.ts";
import { splitItems } from "../../evals/suite/split.ts";
import type { Io } from "../io.ts";
import { orFault } from "../registry/kinds.ts";
import type { Opened } from "../registry/open-registry.ts";
import { suiteNames } from "../registry/suite-folder.ts";
import { sha256 } from "../sha256.ts";
import { inColumns } from "../view/columns.ts";
import { jsonLine } from "../view/json-line.ts";
import { oneLine, plural } from "../view/words.ts";
import { readSuiteCases } from "./suite-cases.ts";
import { readSuiteFile } from "./suite-file.ts";

/** A suite of a project in a few words. */
interface Listed {
  readonly suite: string;
  readonly kind: string;
  readonly target: string;
  readonly cases: number;
  readonly clusters: number;
  readonly held_out: number;
  /** Lines that are no case. */
  readonly faults: number;
}

/** Every suite that lies in `tasks/`: what it evaluates, its cases, its version. */
export async function listSuites(io: Io, opened: Opened, isJson: boolean): Promise<void> {
  const rows: string[][] = [];
  for (const name of await suiteNames(opened.dir)) {
    const found = await orFault(async () => listed(opened.dir, name));
    const version = versionOf(opened, name);
    if (isJson)
      io.out(jsonLine(typeof found === "string" ? { suite: name, fault: found } : { ...found, version }));
    else
      rows.push(
        typeof found === "string" ? [name, "broken", "", "", oneLine(found, 300)] : rowOf(found, version),
      );
  }
  if (rows.length === 0) return;
  for (const line of inColumns(rows, ["left", "left", "left", "left", "left"], io.columns))
    io.out(`${line}\n`);
  io.out("\n");
}

async function listed(dir: string, name: string): Promise<Listed> {
  const file = await readSuiteFile(dir, name);
  const { items, faults } = await readSuiteCases(file);
  const { kind, target, held_out } = file.spec;
  return {
    suite: name,
    kind,
    target,
    cases: items.length,
    clusters: new Set(items.map(({ cluster }) => cluster)).size,
    held_out: splitItems(sha256, items, held_out.share).held_out.length,
    faults: faults.length,
  };
}

/** In production, else the newest; null: there is none. */
function versionOf({ registry }: Opened, name: string): string | null {
  const history = registry.history({ kind: "suite", name });
  const version = inProduction(history) ?? newestVersion(history);
  return version === null ? null : versionText(history, version);
}

function rowOf(
  { suite, kind, target, cases, clusters, held_out, faults }: Listed,
  version: string | null,
): string[] {
  const counted = `${plural(cases, "case")} in ${plural(clusters, "cluster")}, ${held_out} held out`;
  const broken = faults === 0 ? "" : ` · ${plural(faults, "line")} broken: harness suite check ${suite}`;
  return [suite, kind, target, `${counted}${broken}`, version ?? "no version"];
}
