import { createHash } from "node:crypto";
import { html, trusted } from "./html.ts";
import type { Html } from "./html.ts";
import { signs } from "./marks.ts";

export interface Section {
  readonly id: string;
  readonly name: string;
  readonly body: Html;
}

export interface Shell {
  /** The line after the doctype, by which a page is known again. */
  readonly mark: string;
  readonly title: string;
  readonly style: string;
  readonly header: Html;
  readonly sections: readonly Section[];
  readonly footer: Html;
}

/** A page as one file that needs no other, asks no network and runs no script. */
export const shellOf = ({ mark, title, style, header, sections, footer }: Shell): string =>
  html`<!doctype html>
    ${trusted(mark)}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policyOf(style)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">to the content</a>
        ${signs} ${header}
        <nav aria-label="sections">
          <ul>
            ${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}
          </ul>
        </nav>
        <main id="main">${sections.map(sectionOf)}</main>
        <footer>${footer}</footer>
      </body>
    </html> `.text;

/** Nothing is loaded, sent or run; the one style is known by its digest. */
const policyOf = (style: string): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

const sectionOf = ({ id, name, body }: Section): Html =>
  html`<section id="${id}" aria-labelledby="head-${id}">
    <h2 id="head-${id}">${name}</h2>
    ${body}
  </section> `;
