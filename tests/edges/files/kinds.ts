import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bytesOf } from "../../contracts/blobs.contract.ts";

/** A kind of tree that a snapshot must give back. */
export interface Kind {
  readonly name: string;
  /** Makes it in an empty directory. */
  readonly make: (dir: string) => void;
  /** What no tree can hold, as a snapshot names it. */
  readonly skipped?: readonly string[];
  /** Only root can make it. */
  readonly root?: true;
  /** So many files that once is enough. */
  readonly many?: true;
}

const MiB = 1024 * 1024;

/** Text is a file, its parents made. */
function put(dir: string, path: string, content: string | Uint8Array = path, mode = 0o644): void {
  const at = join(dir, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, content);
  chmodSync(at, mode);
}

/** Parts of a name as bytes, below a directory. */
const bytesAt = (dir: string, ...name: (string | number)[]): Buffer =>
  Buffer.concat([
    Buffer.from(`${dir}/`),
    ...name.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(part))),
  ]);

function lockedDir(dir: string, path: string, mode: number): void {
  put(dir, `${path}/in`);
  put(dir, `${path}/below/in`);
  chmodSync(join(dir, path), mode);
}

const file = (name: string, content: string | Uint8Array): Kind => ({
  name,
  make: (dir) => put(dir, "file", content),
});

const modeOfFile = (mode: number): Kind => ({
  name: `a file of mode ${mode.toString(8).padStart(4, "0")}`,
  make: (dir) => put(dir, "file", "text", mode),
});

const modeOfDir = (mode: number): Kind => ({
  name: `a directory of mode ${mode.toString(8).padStart(4, "0")}`,
  make: (dir) => lockedDir(dir, "dir", mode),
});

const link = (name: string, target: string | Buffer): Kind => ({
  name: `a symlink ${name}`,
  make: (dir) => {
    put(dir, "sub/file");
    symlinkSync(target, join(dir, "link"));
    symlinkSync(target, join(dir, "sub/link"));
  },
});

/** A file, a directory with a file in it, and a symlink of each of these names. */
const names = (name: string, ...all: string[]): Kind => ({
  name: `names ${name}`,
  make: (dir) => {
    for (const one of all) {
      put(dir, one);
      put(dir, `dirs/${one}/${one}`);
      mkdirSync(join(dir, "links"), { recursive: true });
      symlinkSync(one, join(dir, "links", one));
    }
  },
});

/** Files whose names are bytes. */
const rawNames = (name: string, ...all: (string | number)[][]): Kind => ({
  name: `names ${name}`,
  make: (dir) => {
    for (const [n, one] of all.entries()) {
      writeFileSync(bytesAt(dir, ...one), `${n}`);
      mkdirSync(bytesAt(dir, "d", ...one));
      writeFileSync(bytesAt(dir, "d", ...one, "/", ...one), `below ${n}`);
      symlinkSync(bytesAt(".", ...one), bytesAt(dir, "l", ...one));
    }
  },
});

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const repeated = (name: string, times: number): string => Array.from({ length: times }, () => name).join("/");

const contents: readonly Kind[] = [
  file("every value of a byte", everyByte),
  file("an empty file", ""),
  file("one NUL", new Uint8Array(1)),
  file("CRLF", "a\r\nb\r\n"),
  file("CR alone", "a\rb\r"),
  file("mixed line ends, none at the end", "a\nb\r\nc\rd"),
  file("a byte order mark", "\uFEFFtext\n"),
  file("UTF-16 with its mark", Buffer.from("\uFEFFtext\n", "utf16le")),
  file("bytes that are not UTF-8", Buffer.from([0xff, 0xfe, 0xc0, 0xaf, 0x0a])),
  file("1 MiB less one", bytesOf(MiB - 1, 1)),
  file("1 MiB", bytesOf(MiB, 2)),
  file("1 MiB and one", bytesOf(MiB + 1, 3)),
  file("2 MiB", bytesOf(2 * MiB, 4)),
  file("bytes that look like a tree of ours", '{"entries":[],"v":1}'),
  {
    name: "a sparse file of 8 MiB",
    make: (dir) => {
      const fd = openSync(join(dir, "sparse"), "w");
      ftruncateSync(fd, 8 * MiB);
      writeSync(fd, "middle", 5 * MiB);
      closeSync(fd);
    },
  },
  {
    name: "equal bytes under many names",
    make: (dir) => {
      for (let n = 0; n < 50; n += 1) put(dir, `${n % 5}/${n}`, "same", n % 2 === 0 ? 0o644 : 0o755);
    },
  },
  {
    name: "times long gone and yet to come",
    make: (dir) => {
      for (const [name, at] of [["old", 0] as const, ["older", -86_400] as const, ["new", 4e9] as const]) {
        put(dir, name);
        utimesSync(join(dir, name), at, at);
      }
    },
  },
];

const modes: readonly Kind[] = [
  ...[0o600, 0o400, 0o000, 0o755, 0o777, 0o222, 0o111, 0o007].map(modeOfFile),
  ...[0o4755, 0o2755, 0o1644, 0o7777].map(modeOfFile),
  ...[0o000, 0o300, 0o500, 0o400, 0o100, 0o700, 0o777, 0o2755, 0o1777].map(modeOfDir),
  {
    name: "each mode there is, on a file and on a directory",
    make: (dir) => {
      for (let mode = 0; mode < 512; mode += 1) {
        put(dir, `files/${mode}`, "x", mode);
        mkdirSync(join(dir, "dirs", `${mode}`), { recursive: true });
        chmodSync(join(dir, "dirs", `${mode}`), mode);
      }
    },
  },
  {
    name: "a locked directory in a locked directory",
    make: (dir) => {
      lockedDir(dir, "a/b/c", 0o000);
      chmodSync(join(dir, "a/b"), 0o300);
      chmodSync(join(dir, "a"), 0o000);
    },
  },
];

const links: readonly Kind[] = [
  link("to a neighbour", "file"),
  link("to an absolute path", "/etc/hostname"),
  link("that dangles", "no/where"),
  link("to itself", "link"),
  link("to a directory", "sub"),
  link("to the directory above", ".."),
  link("out of the top", "../../../../etc"),
  link("with a slash at its end", "sub/"),
  link("with a line break", "a\nb"),
  link("that is not UTF-8", Buffer.from([0x2e, 0x2f, 0xff, 0xc0, 0xaf])),
  link("of 4,095 bytes", "t".repeat(4095)),
  link("of 4,095 bytes that are not UTF-8", Buffer.alloc(4095, 0xe9)),
  link("that looks like our spelling of bytes", "\uFFFD6666"),
  {
    name: "two symlinks to each other",
    make: (dir) => {
      symlinkSync("b", join(dir, "a"));
      symlinkSync("a", join(dir, "b"));
    },
  },
  {
    name: "one file under two names",
    make: (dir) => {
      put(dir, "a", "shared", 0o755);
      linkSync(join(dir, "a"), join(dir, "b"));
    },
  },
  {
    name: "one file under names in several directories, some of them locked",
    make: (dir) => {
      put(dir, "x/a", "shared", 0o600);
      for (const name of ["y", "z"]) {
        mkdirSync(join(dir, name));
        linkSync(join(dir, "x/a"), join(dir, name, "a"));
      }
      chmodSync(join(dir, "z"), 0o300);
    },
  },
  {
    name: "one symlink under two names",
    make: (dir) => {
      symlinkSync("target", join(dir, "a"));
      linkSync(join(dir, "a"), join(dir, "b"));
    },
  },
];

/** More than are read at once; `HARNESS_LONG=1` makes many more. */
const wide = process.env["HARNESS_LONG"] === "1" ? 20_000 : 4_000;

const shapes: readonly Kind[] = [
  { name: "an empty directory", make: (dir) => mkdirSync(join(dir, "empty")) },
  {
    name: "empty directories in each other",
    make: (dir) => mkdirSync(join(dir, "a/b/c"), { recursive: true }),
  },
  { name: "1,000 levels", make: (dir) => put(dir, `${repeated("d", 1000)}/end`) },
  { name: "1,000 levels with a name of two bytes each", make: (dir) => put(dir, repeated("é", 1000)) },
  {
    name: `${wide} entries in one directory`,
    make: (dir) => {
      mkdirSync(join(dir, "wide"));
      for (let n = 0; n < wide; n += 1) writeFileSync(join(dir, "wide", `${n}`), `${n % 1000}`);
    },
    many: true,
  },
];

const gits: readonly Kind[] = [
  {
    name: "files that a .gitignore ignores",
    make: (dir) => {
      put(dir, ".gitignore", "*.log\nbuild/\n");
      put(dir, "x.log");
      put(dir, "build/out");
    },
  },
  {
    name: "a .gitignore that ignores all, itself too",
    make: (dir) => {
      put(dir, ".gitignore", "*\n");
      put(dir, "sub/.gitignore", "*\n!kept\n");
      put(dir, "sub/kept");
      put(dir, "sub/lost");
    },
  },
  {
    name: "a nested .git directory",
    make: (dir) => {
      put(dir, "sub/.git/HEAD", "ref: refs/heads/main\n");
      put(dir, "sub/.git/config", "[core]\n\tbare = false\n");
      put(dir, "sub/.git/hooks/post-checkout", "#!/bin/sh\n", 0o755);
      for (const name of ["objects/info", "objects/pack", "refs/heads"])
        mkdirSync(join(dir, "sub/.git", name), { recursive: true });
    },
  },
  {
    name: "nested .git files and symlinks",
    make: (dir) => {
      put(dir, "a/.git", "gitdir: ../store\n");
      mkdirSync(join(dir, "b"));
      symlinkSync("../store", join(dir, "b/.git"));
      put(dir, "store/HEAD", "ref: refs/heads/main\n");
    },
  },
  {
    name: "a submodule",
    make: (dir) => {
      put(dir, ".gitmodules", '[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n');
      put(dir, "lib/.git", "gitdir: ../modules/lib\n");
      put(dir, "lib/source");
      put(dir, "modules/lib/HEAD", `${"1".repeat(40)}\n`);
    },
  },
  {
    name: "a bare repository",
    make: (dir) => {
      put(dir, "bare/HEAD", "ref: refs/heads/main\n");
      put(dir, "bare/config", "[core]\n\tbare = true\n");
      for (const name of ["objects", "refs"]) mkdirSync(join(dir, "bare", name));
    },
  },
  {
    name: "attributes that would rewrite content",
    make: (dir) => {
      put(
        dir,
        ".gitattributes",
        "* text eol=crlf ident export-subst filter=lfs working-tree-encoding=UTF-16\n",
      );
      put(dir, "file", "$Id$ $Format:%H$\nlf\ncrlf\r\n");
    },
  },
  {
    name: "names near those that are reserved",
    make: (dir) => {
      for (const name of [".gitx", ".git-", "git", ".harnes", "x.git", "..git"]) put(dir, name);
      put(dir, "sub/.harness/runs");
      put(dir, "sub/.GIT/config");
      put(dir, "sub/git~1");
    },
  },
];

const controls = Array.from({ length: 31 }, (_, n) => String.fromCharCode(n + 1));

const named: readonly Kind[] = [
  names("with a line feed", "a\nb", "\n", "a\n"),
  names("with a tab", "a\tb", "\t"),
  names("with quotes", 'a"b', "a'b", "`a`", '"'),
  names("with a backslash", "a\\b", "\\", "\\n", "\\\\x"),
  names("with a dash first", "-", "--", "-rf", "--help"),
  names("with a blank first or last", " a", "a ", " ", "  "),
  names("with dots", "a.", "...", "..a", ".. ", ". "),
  names("with control characters", ...controls.map((one) => `x${one}`), ...controls, "\u007F", "\u0085"),
  names(
    "that shells and patterns read",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "~",
    "$HOME",
    "$(x)",
    "!",
    "#",
    "%2f",
    "&",
  ),
  names(
    "in normal form C and in D",
    "\u00E9",
    "e\u0301",
    "\u1E9B\u0323",
    "\u1E61\u0323",
    "\uAC00",
    "\u1100\u1161",
  ),
  names(
    "that differ in case alone",
    "readme",
    "README",
    "Readme",
    "\u0131",
    "I",
    "i",
    "\u0130",
    "ß",
    "ẞ",
    "SS",
  ),
  names("of emoji", "😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "❤", "❤️"),
  names("with marks of direction", "\u202Eabc", "abc\u202E", "\u200Fabc", "\u2066x\u2069", "אבג.txt"),
  names("with characters nobody sees", "a", "a\u200B", "a\u200D", "a\uFEFF", "a\u00AD", "a\u00A0", "a\u2028"),
  names(
    "of JavaScript's own",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "valueOf",
  ),
  names("that are devices elsewhere", "CON", "NUL", "aux.txt", "COM1", "a:b", "a|b", "<a>"),
  names("that sort otherwise as bytes", "\u{10000}", "\uFFFF", "\uE000", "\u{1F600}", "z"),
  names("that are numbers", "0", "1", "10", "2", "01", "-1", "4294967295", "1e3"),
  names("our own code makes", "moved-up-1", ".harness-export-abc", "run.task", "cache", "node_modules"),
  names("of 255 bytes", "n".repeat(255), `${"é".repeat(127)}x`, `${"😀".repeat(63)}abc`),
  rawNames("that are not UTF-8", [0xff], ["a", 0xe9], [0x80, "b"], ["tab\t", 0xfe, "\n"]),
  rawNames("of bytes that almost are UTF-8", [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80]),
  rawNames("beside our spelling of them", [0xff], ["ff"], ["\uFFFD"], ["\uFFFDff"], ["\\xff"], ["%ff"]),
  rawNames("of 254 bytes that are not UTF-8", ["x".repeat(253), 0xff], [0xff, "y".repeat(253)]),
];

/** Sockets and FIFOs at the top and below. The process that made the socket is gone, the socket stays. */
const others: readonly Kind[] = [
  {
    name: "a FIFO, in which nobody writes",
    make: (dir) => {
      put(dir, "sub/file");
      execFileSync("mkfifo", [join(dir, "pipe"), join(dir, "sub/pipe"), join(dir, "sub/locked")]);
      chmodSync(join(dir, "sub/locked"), 0);
    },
    skipped: ["pipe", "sub/locked", "sub/pipe"],
  },
  {
    name: "a socket",
    make: (dir) => {
      put(dir, "file");
      const listen = `require("node:net").createServer().listen("socket", () => process.kill(process.pid, "SIGKILL"))`;
      spawnSync(process.execPath, ["-e", listen], { cwd: dir });
    },
    skipped: ["socket"],
  },
  {
    name: "devices",
    make: (dir) => {
      put(dir, "sub/file");
      // Null, and a memory disk that no machine has so many of.
      for (const device of ["null c 1 3", "sub/disk b 1 255"])
        execFileSync("mknod", device.split(" "), { cwd: dir });
    },
    skipped: ["null", "sub/disk"],
    root: true,
  },
];

/** What any user can make. */
export const isAnyones = ({ root, many }: Kind): boolean => root !== true && many !== true;

export const kinds: readonly Kind[] = [
  ...contents,
  ...modes,
  ...links,
  ...shapes,
  ...gits,
  ...named,
  ...others,
];
