import { ownVersion } from "../version.ts";
import { changesSection } from "./changes-section.ts";
import type { Collected } from "./collect.ts";
import { costSection } from "./cost-section.ts";
import { decisionsSection } from "./decisions-section.ts";
import { checksSection, header, waitingSection } from "./facts.ts";
import { graph } from "./graph.ts";
import { html } from "./html.ts";
import { manifestSection } from "./manifest.ts";
import type { ManifestRow } from "./manifest.ts";
import { shellOf } from "./shell.ts";
import type { Section } from "./shell.ts";
import { style } from "./style.ts";
import { tasksSection } from "./task-section.ts";
import { timeline } from "./timeline.ts";

/** What stands on a page besides what was collected of its run. */
export interface Beside {
  readonly manifest: readonly ManifestRow[];
  /** Who took the goal as met though its checks did not hold; null: nobody did. */
  readonly acceptedBy: string | null;
}

/**
 * The page of a run: one file that needs no other, asks no network and runs no script. The same run comes out the same
 * way, an open one with when that was.
 */
export function pageOf(collected: Collected, { manifest, acceptedBy }: Beside): string {
  const { tale } = collected;
  return shellOf({
    mark: markOfPage(tale.run.id),
    title: `${tale.run.id}: ${tale.title}`,
    style,
    header: header(collected, acceptedBy),
    sections: sections(collected, manifest),
    footer: html`<p>
      Made by harness ${ownVersion()} from the journal of run <code>${tale.run.id}</code>, ${tale.run.seq}
      events, the last <code>${tale.run.hash.slice(0, 16)}</code>. Times are UTC. What others wrote is shown
      with marks for what cannot be seen.
    </p>`,
  });
}

/** By this first line after the doctype a page of a run is known again. */
export const markOfPage = (run: string): string => `<!-- harness: page of run ${run} -->`;

function sections(collected: Collected, manifest: readonly ManifestRow[]): readonly Section[] {
  const { tale, tasks, timeline: told, decided, paid, changes } = collected;
  const { id } = tale.run;
  const waiting = waitingSection(collected);
  return [
    ...(waiting === null ? [] : [{ id: "waiting", name: "Waits for a person", body: waiting }]),
    { id: "checks", name: "Checks of the goal", body: checksSection(collected) },
    ...(tasks.length === 0 ? [] : [{ id: "graph", name: "Task graph", body: graph(tasks) }]),
    { id: "timeline", name: "Timeline", body: timeline(told) },
    { id: "tasks", name: "Tasks and attempts", body: tasksSection(tasks, id) },
    { id: "decisions", name: "Approvals and effects", body: decisionsSection(decided) },
    { id: "cost", name: "Cost", body: costSection(paid) },
    { id: "files", name: "Files changed", body: changesSection(changes, id) },
    { id: "manifest", name: "Manifest", body: manifestSection(manifest) },
  ];
}
