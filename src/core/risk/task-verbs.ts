import type { Arg } from "./arg.ts";
import { changesOutside, destroys, reaches } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { isSending } from "./sending.ts";

/**
 * Words that mean the same in any tool of a project (`db:drop`, `migrate:fresh`, `rollback`, `download`): for programs and
 * tasks whose words nobody has told the meaning of.
 */
export function taskVerbs(words: readonly Arg[], most = 3): Finding[] {
  const asked = words.filter(({ shape }) => /^[A-Za-z][\w:.@-]*$/.test(shape) && !isFile.test(shape));
  const options = words.filter(({ shape }) => harmfulOption.test(shape));
  return [
    ...asked.slice(0, most).flatMap(({ shape }) => verbFinding(shape)),
    ...options.map(({ shape }) => destroys(`${shape} throws away what was there`)),
  ];
}

const isFile =
  /\.(?:[cm]?[jt]sx?|py|rb|php|go|rs|java|kt|json|ya?ml|toml|md|txt|sh|sql|html|css|xml|csv|lock|ini|cfg)$/i;
const harmfulOption =
  /^--(?:force-reset|accept-data-loss|drop\b|truncate\b|wipe|purge|reset-db|recreate-db|delete-data)/;

function verbFinding(word: string): Finding[] {
  if (/dry-?run|check|tests?\b|status|list|show|snapshot/i.test(word)) return [];
  const steps = word.toLowerCase().split(/[:._-]/);
  const has = (verbs: ReadonlySet<string>): boolean => steps.some((step) => verbs.has(step));
  if (/(?:schema|structure):load|migrate:(?:refresh|undo|redo)|:undo(?::|$)|^zero$/.test(word))
    return [destroys(`it is told to ${word}`)];
  if (has(destroying)) return [destroys(`it is told to ${word}`)];
  if (isSending(word) || has(sending)) return [changesOutside(`it is told to ${word}`)];
  return has(fetching) || fetchingAlone.has(word) ? [reaches(`it is told to ${word}`)] : [];
}

const set = (names: string): ReadonlySet<string> => new Set(names.split(" "));

const destroying = set(
  "drop reset flush flushdb flushall flushdata fresh purge wipe destroy destroyed truncate rollback downgrade down nuke erase prune unmigrate teardown dropdb cleardb zap",
);
const sending = set(
  "undeploy unpublish uploader push submit promote notify announce broadcast tweet trigger send sendmail",
);
const fetching = set("download downloader downloads autoupdate login logout tunnel scrape crawl");
const fetchingAlone = set("update sync pull fetch clone mirror");
