import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, onTestFinished } from "vitest";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

const run = ["run", "goal.md"];
const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
const utf32 = (text: string): Buffer =>
  Buffer.from(Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0).buffer);

/** What goal.md holds → the line. */
const holds = (name: string, content: string | Uint8Array, line: string): Row => ({
  name,
  files: { "goal.md": content },
  argv: run,
  line: `DIR/goal.md:${line}`,
});

describe("a goal without text", () => {
  refuses([
    holds("empty", "", "1: the file is empty; write the goal in it"),
    holds("one line feed", "\n", "1: the file is empty; write the goal in it"),
    holds("blanks, tabs and line ends", " \n\t\r\n\r  \f\v", "1: the file is empty; write the goal in it"),
    holds(
      "blanks of other scripts",
      "\u00a0\u2003\u3000\u2028\u205f\u1680",
      "1: the file is empty; write the goal in it",
    ),
    holds(
      "characters that nobody sees",
      "\u200b\u200d\u2060\ufeff\u00ad\u200e",
      "1: the file is empty; write the goal in it",
    ),
    holds("only a byte order mark", "\ufeff", "1: the file is empty; write the goal in it"),
    holds("a byte order mark and a blank", "\ufeff \n", "1: the file is empty; write the goal in it"),
    holds(
      "only front matter",
      "---\nmodel: x\n---\n\n",
      "4: the goal has no text; say after the front matter what is to be true in the end",
    ),
    holds(
      "only front matter, and a byte order mark",
      "\ufeff---\nmodel: x\n---",
      "4: the goal has no text; say after the front matter what is to be true in the end",
    ),
    holds(
      "only a comment",
      "---\n---\n<!-- write\nhere -->\n",
      "3: the goal has no text; say after the front matter what is to be true in the end",
    ),
    holds(
      "only blanks that nobody sees after front matter",
      "---\n---\n\u200b\n",
      "3: the goal has no text; say after the front matter what is to be true in the end",
    ),
  ]);
});

describe("a goal that is no text in UTF-8", () => {
  refuses([
    holds("a NUL", "Do it.\nthen\0this", "2: a NUL byte, so this is no text; give a file of text"),
    holds(
      "a program",
      Buffer.from("7f454c4602010100000000000000000003003e0001000000", "hex"),
      "1: a NUL byte, so this is no text; give a file of text",
    ),
    holds(
      "a picture",
      Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
      "3: a NUL byte, so this is no text; give a file of text",
    ),
    holds("a gzip file", gzipSync("Do it."), "1: a NUL byte, so this is no text; give a file of text"),
    holds(
      "Latin-1",
      Buffer.from("Do it.\n\nMöglichst bald.\n", "latin1"),
      "3: this line is not UTF-8; save the file as UTF-8",
    ),
    holds(
      "Latin-1 in the front matter",
      Buffer.from("---\nmodel: ö\n---\nDo it.\n", "latin1"),
      "2: this line is not UTF-8; save the file as UTF-8",
    ),
    holds(
      "a sequence that is cut",
      Buffer.from("Do it ü").subarray(0, -1),
      "1: this line is not UTF-8; save the file as UTF-8",
    ),
    holds(
      "an overlong sequence",
      Buffer.from([0x44, 0x6f, 0xc0, 0xaf]),
      "1: this line is not UTF-8; save the file as UTF-8",
    ),
    holds(
      "a lone surrogate",
      Buffer.from([0x44, 0x0a, 0xed, 0xa0, 0x80]),
      "2: this line is not UTF-8; save the file as UTF-8",
    ),
    holds(
      "UTF-16 LE",
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16("Do it.")]),
      "1: the text is UTF-16; save it as UTF-8",
    ),
    holds(
      "UTF-16 BE",
      Buffer.concat([Buffer.from([0xfe, 0xff]), utf16("Do it.").swap16()]),
      "1: the text is UTF-16; save it as UTF-8",
    ),
    holds(
      "UTF-16 LE without a mark",
      utf16("Do it and then do it again."),
      "1: the text is UTF-16; save it as UTF-8",
    ),
    holds(
      "UTF-16 BE without a mark",
      utf16("Do it and then do it again.").swap16(),
      "1: the text is UTF-16; save it as UTF-8",
    ),
    holds("UTF-16 of two letters", utf16("Do"), "1: the text is UTF-16; save it as UTF-8"),
    holds(
      "UTF-32 LE",
      Buffer.concat([Buffer.from("fffe0000", "hex"), utf32("Do it.")]),
      "1: the text is UTF-32; save it as UTF-8",
    ),
    holds(
      "UTF-32 BE",
      Buffer.concat([Buffer.from("0000feff", "hex"), utf32("Do it.").swap32()]),
      "1: the text is UTF-32; save it as UTF-8",
    ),
    holds(
      "UTF-32 without a mark",
      utf32("Do it and then do it again."),
      "1: the text is UTF-32; save it as UTF-8",
    ),
    holds(
      "one byte more than 1 MiB",
      "a".repeat(1024 * 1024 + 1),
      " it is larger than 1 MiB; give a shorter file of text",
    ),
    {
      ...holds("1 GB", "", " it is larger than 1 MiB; give a shorter file of text"),
      lay: (dir: string) => truncate(join(dir, "goal.md"), 1e9),
    },
  ]);
});

/** What is called goal.md → the line. */
const is = (name: string, lay: (path: string, dir: string) => unknown, line: string): Row => ({
  name,
  lay: (dir) => lay(join(dir, "goal.md"), dir),
  argv: run,
  line: `DIR/goal.md: ${line}`,
});

/** What is typed for a goal file, in a project with goal.md and harness.yaml. */
const named = (name: string, file: string, line: Row["line"]): Row => ({
  name,
  files: { "goal.md": "Do it.\n", "harness.yaml": "model: x\n", "docs/first.md": "", "docs/README.md": "" },
  argv: ["run", file],
  line,
});

describe("a goal that is no file", () => {
  refuses([
    is(
      "a FIFO, which is not waited for",
      (path) => execFileSync("mkfifo", [path]),
      "it is no regular file; give a file of text",
    ),
    is("a socket", listening, "it is no regular file; give a file of text"),
    is("an empty directory", async (path) => mkdir(path), "it is a directory; give a file of text"),
    is(
      "a link to itself",
      async (path) => symlink("goal.md", path),
      "its symbolic links lead in a circle; mend them, or give the file itself",
    ),
    is(
      "links in a circle",
      circle,
      "its symbolic links lead in a circle; mend them, or give the file itself",
    ),
    is(
      "a link that leads nowhere",
      async (path) => symlink("gone.md", path),
      "this symbolic link leads nowhere; mend it, or remove it",
    ),
    is("a link to a FIFO", linkToFifo, "it is no regular file; give a file of text"),
    is(
      "a link to a device",
      async (path) => symlink("/dev/zero", path),
      "it is no regular file; give a file of text",
    ),
    named("/dev/null", "/dev/null", "/dev/null: it is no regular file; give a file of text"),
    named(
      "/dev/zero, which never ends",
      "/dev/zero",
      "/dev/zero: it is no regular file; give a file of text",
    ),
    named("a terminal that is none", "/dev/ptmx", "/dev/ptmx: it is no regular file; give a file of text"),
    named(
      "a file of /proc without end",
      "/proc/self/pagemap",
      "/proc/self/pagemap: it is no regular file; give a file of text",
    ),
    named(
      "a directory with a goal",
      "docs",
      "DIR/docs: it is a directory; give a file, like DIR/docs/first.md",
    ),
    named("the directory itself", ".", "DIR: it is a directory; give a file, like DIR/goal.md"),
    named("nothing", "", "DIR: it is a directory; give a file, like DIR/goal.md"),
    named("a blank", " ", "DIR/ : there is no such file; check the name"),
    named("another word", "gaol.md", 'DIR/gaol.md: there is no such file; did you mean "goal.md"?'),
    named("without its ending", "goal", 'DIR/goal: there is no such file; did you mean "goal.md"?'),
    named("in another case", "GOAL.md", 'DIR/GOAL.md: there is no such file; did you mean "goal.md"?'),
    named("nothing like it", "todo.md", "DIR/todo.md: there is no such file; check the name"),
    named(
      "in a directory that is not there",
      "elsewhere/goal.md",
      "DIR/elsewhere/goal.md: there is no such file; check the name",
    ),
    named("below a file", "goal.md/goal.md", "DIR/goal.md/goal.md: there is no such file; check the name"),
    named("standard input", "-", "DIR/-: there is no such file; check the name"),
    named(
      "an address",
      "https://host.example/goal.md",
      "DIR/https:/host.example/goal.md: there is no such file; check the name",
    ),
    named(
      "a name of 300 characters",
      `${"x".repeat(300)}.md`,
      /DIR\/x+…x+\.md: the name is too long for a file; check it/,
    ),
    named(
      "a path of 5,000 characters",
      `${"x/".repeat(2500)}goal.md`,
      /DIR\/(?:x\/)+x?…\/?(?:x\/)+goal\.md: the name is too long for a file; check it/,
    ),
    named("a name with a NUL", "goal\0.md", "DIR/goal\\u{0}.md: this cannot be the name of a file; check it"),
    named(
      "a name with a line feed",
      "go\nal.md",
      'DIR/go\\u{a}al.md: there is no such file; did you mean "goal.md"?',
    ),
    named(
      "a name that would colour the terminal",
      "\u001b[31mgoal.md",
      "DIR/\\u{1b}[31mgoal.md: there is no such file; check the name",
    ),
    named(
      "a name that turns its letters round",
      "goal\u202edm.md",
      "DIR/goal\\u{202e}dm.md: there is no such file; check the name",
    ),
    named(
      "the settings",
      "harness.yaml",
      "DIR/harness.yaml: a goal is a file of Markdown; name one, like goal.md",
    ),
    {
      ...named(
        "a directory, for doctor",
        "",
        "DIR/docs: it is a directory; give a file, like DIR/docs/first.md",
      ),
      argv: ["doctor", "docs"],
    },
  ]);
});

async function listening(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

async function circle(path: string, dir: string): Promise<void> {
  await symlink("b.md", path);
  await symlink("goal.md", join(dir, "b.md"));
}

async function linkToFifo(path: string, dir: string): Promise<void> {
  execFileSync("mkfifo", [join(dir, "pipe")]);
  await symlink("pipe", path);
}
