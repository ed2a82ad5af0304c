import { stillVisible } from "../view/visible.ts";
import { plural } from "../view/words.ts";
import type { Changes, PageChange } from "./changes.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";

/** Files that differ from the start of the run; those with a small patch can be opened. */
export function changesSection({ files, more }: Changes, run: string): Html {
  if (files.length === 0) return html`<p class="none">No file differs from the start of the run.</p>`;
  return html`<p class="note">
      ${plural(files.length + more, "file")} against the start of the run. All of it:
      <code>harness diff ${run}</code>
    </p>
    <ul class="files">
      ${files.map(fileItem)}
    </ul>
    ${more === 0 ? null : html`<p class="note">and ${plural(more, "more file", "more files")}</p>`}`;
}

const words = { A: "added", D: "removed", M: "changed" } as const;

function fileItem({ mark, path, lines, patch }: PageChange): Html {
  const count =
    lines === null
      ? null
      : html` <span class="lines"><ins>+${lines.added}</ins> <del>−${lines.removed}</del></span>`;
  const name = html`<span class="kind">${words[mark]}</span> <code>${stillVisible(path)}</code>${count}`;
  if (patch === "") return html`<li><span class="file">${name}</span></li> `;
  return html`<li>
    <details>
      <summary>${name}</summary>
      <pre class="patch">${patchLines(patch)}</pre>
    </details>
  </li> `;
}

/** Without the lines by which git knows the files. Added and removed lines keep their sign. */
function patchLines(patch: string): readonly Html[] {
  const body = patch.slice(Math.max(0, patch.search(/^@@ /m)));
  return body.replace(/\n$/, "").split("\n").map(patchLine);
}

function patchLine(line: string): Html {
  if (line.startsWith("+")) return html`<ins>${line}</ins>${"\n"}`;
  if (line.startsWith("-")) return html`<del>${line}</del>${"\n"}`;
  return line.startsWith("@@") ? html`<b>${line}</b>${"\n"}` : html`${line}${"\n"}`;
}
