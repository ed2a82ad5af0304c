import type { RunId } from "../../core/id.ts";
import { redaction } from "../../core/redaction.ts";
import { contentReader } from "./content.ts";
import type { ExporterOptions } from "./exporter.ts";
import { keepable } from "./exporter.ts";
import { promptVersions, versioned } from "./prompt-versions.ts";
import type { PromptVersions } from "./prompt-versions.ts";
import { composer } from "./spans.ts";
import type { Target } from "./target.ts";
import { serializer } from "./wire-span.ts";
import type { WireSpan } from "./wire-span.ts";

/** Spans of one request. */
const most = 256;

/** Runs as requests of OTLP/JSON, each a line without its end, as any collector takes them from a file. */
export async function* otlpLines(
  runs: readonly RunId[],
  options: Pick<ExporterOptions, "source" | "secrets" | "level" | "version">,
): AsyncIterable<string> {
  const { source, secrets, level, version } = options;
  const reader = contentReader(source.blobs, redaction(keepable(secrets)), level);
  const serialize = serializer(
    { "service.name": "harness", "service.version": version },
    { name: "harness", version },
  );
  const decoder = new TextDecoder();
  for (const run of runs) {
    const { see } = source.fold();
    const compose = composer(file, reader, version);
    let load: WireSpan[] = [];
    let versions: PromptVersions = new Map();
    for await (const entry of source.journal.read(run, 0)) {
      if (entry.type === "run-created") versions = await promptVersions(source.blobs, entry);
      const items = see(entry).map((item) => versioned(item, versions));
      for (const one of await compose.compose(items)) if (one.type === "span") load.push(one.span);
      if (load.length < most) continue;
      yield decoder.decode(serialize(load));
      load = [];
    }
    if (load.length > 0) yield decoder.decode(serialize(load));
  }
}

const file: Target = {
  kind: "otlp",
  name: "a file",
  key: "",
  tracesUrl: "",
  scoresUrl: null,
  headers: {},
  isGzip: false,
  timeoutMs: 0,
  resource: {},
  environment: null,
  release: null,
  secrets: [],
};
