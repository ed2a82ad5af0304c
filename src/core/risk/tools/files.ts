import { textOf } from "../arg.ts";
import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { destroys, needsRights, reads, trusted, unknownCode, writes } from "../finding.ts";
import type { Finding, Outcome } from "../finding.ts";
import { has, valuesOf } from "../options.ts";
import { fullPath, judgePath } from "../path.ts";
import { reportTo } from "../kept.ts";
import { bySpec, givenBy, pathsFindings } from "../spec.ts";

/** Programs that list, make, move, change and remove files. */
export const fileTools: Tools = {
  ...each(
    "ls dir vdir exa eza lsd stat file du df readlink realpath basename dirname namei tree-cat dust duf ncdu lsattr getfacl pathchk test-f",
    bySpec({
      operands: "list",
      valued: "-I -w -T -c -f -L -d -t -B --format --max-depth --exclude --block-size -m",
    }),
  ),
  file: (call) => [
    call.args.some(({ shape }) => /^-\w*C|^--compile$/.test(shape))
      ? writes("file -C writes a magic file")
      : reads("file reads"),
    ...pathsFindings(
      call.args.filter(({ shape }) => !shape.startsWith("-")),
      "list",
      call.cwd,
    ),
  ],
  tree: (call) => [
    ...bySpec({ operands: "list", valued: "-L -I -P --charset --filelimit -o" })(call),
    ...valuesOf(givenBy(call.args, { valued: "-L -I -P --charset --filelimit -o" }), "-o").flatMap((path) =>
      reportTo(path, call.cwd),
    ),
  ],
  rm: (call) => remove(call, "-r -R --recursive"),
  unlink: bySpec({ risk: "write", because: "unlink removes a file", operands: "remove" }),
  rmdir: bySpec({ risk: "write", because: "rmdir removes empty directories", operands: "write" }),
  ...each(
    "shred wipe srm scrub",
    bySpec({
      risk: "destructive",
      because: "it destroys what files hold",
      operands: "remove-tree",
      valued: "-n -s",
    }),
  ),
  ...each(
    "trash trash-put gio-trash",
    bySpec({ risk: "destructive", because: "it removes files", operands: "remove-tree" }),
  ),
  ...each(
    "mkdir touch mkfifo mktemp",
    bySpec({
      risk: "write",
      operands: "write",
      valued: "-m -t -d -l -o --mode --date",
      reads: "-r --reference",
      writes: "-p --tmpdir",
    }),
  ),
  mkdir: bySpec({ risk: "write", operands: "write", valued: "-m --mode" }),
  mktemp: bySpec({ risk: "write", because: "mktemp makes a temporary file", operands: "none" }),
  fallocate: (call) => [
    ...bySpec({ risk: "write", operands: "write", valued: "-l -o --length --offset" })(call),
    ...(call.args.some(({ shape }) => /^-[cdpz]$|^--(?:collapse|punch|zero|dig|insert)/.test(shape))
      ? [destroys("fallocate removes a part of a file")]
      : []),
  ],
  mknod: () => [needsRights("mknod makes devices")],
  truncate: truncate,
  ...each("cp gcp", (call) => copy(call, "it copies")),
  mv: (call) => move(call),
  ln: link,
  ...each("install ginstall", (call) => install(call)),
  rename: bySpec({
    risk: "write",
    because: "rename runs Perl or renames many files",
    isOpaque: true,
    lead: 1,
    operands: "write",
  }),
  ...each("chmod", changeMode),
  ...each("chown chgrp chattr setfacl setfattr setcap chcon", (call) => [
    needsRights(`${call.name} changes who may do what`),
  ]),
  ...each("locate mlocate plocate", bySpec({ operands: "none" })),
  dd: dd,
  ...each("rsync", rsync),
  mount: (call) =>
    call.args.every(({ shape }) => /^-(?:l|V|h)$|^--(?:help|version|show-labels)$/.test(shape))
      ? [reads("mount lists")]
      : [needsRights("mount changes devices")],
  ...each(
    "umount losetup swapon swapoff mkfs fdisk parted sfdisk fsck cryptsetup lvm mkswap wipefs blkdiscard hdparm",
    (call) => [needsRights(`${call.name} changes devices`)],
  ),
  ...each("detox convmv", bySpec({ risk: "write", operands: "write" })),
};

function remove(call: Call, recursive: string): Outcome {
  const found = givenBy(call.args, {});
  const use = has(found, recursive) ? "remove-tree" : "remove";
  const many = found.operands.length > 5 && use === "remove";
  return [
    writes(`${call.name} removes files`),
    ...(many
      ? [{ risk: "destructive" as const, because: "it removes many files", removes: textsOf(found.operands) }]
      : []),
    ...pathsFindings(found.operands, use, call.cwd),
  ];
}

function textsOf(args: readonly Arg[]): readonly string[] | null {
  const texts = args.map(textOf);
  return texts.every((text) => text !== null) ? texts : null;
}

function truncate(call: Call): Outcome {
  const found = givenBy(call.args, { valued: "-s -r --size --reference" });
  const sizes = valuesOf(found, "-s --size");
  const isGrowing = sizes.length > 0 && sizes.every(({ shape }) => /^[+>%]\d+\w*$/.test(shape));
  return [
    writes("truncate changes files"),
    ...pathsFindings(found.operands, isGrowing ? "write" : "empty", call.cwd),
  ];
}

const copySpec = { valued: "-S -m -o -g --suffix --mode --backup", writes: "-t --target-directory" };

function copy(call: Call, because: string): Outcome {
  const found = givenBy(call.args, copySpec);
  const target = has(found, "-t --target-directory") ? [] : found.operands.slice(-1);
  const sources = has(found, "-t --target-directory") ? found.operands : found.operands.slice(0, -1);
  const empties = sources.some((source) => source.shape === "/dev/null");
  return [
    writes(`${because} files`),
    ...pathsFindings(sources, "read", call.cwd),
    ...pathsFindings(valuesOf(found, "-t --target-directory"), "write", call.cwd),
    ...pathsFindings(
      target,
      empties
        ? "empty"
        : target.some((path) => isPlainGlob(path) && !isBeside(path, sources))
          ? "overwrite"
          : "write",
      call.cwd,
    ),
    ...into(sources, target, call.cwd),
  ];
}

/** A glob of files, not of a directory that things are put into. */
const isPlainGlob = ({ isGlob, shape }: Arg): boolean => isGlob && /\.\w+$/.test(shape);

/** In a loop over files: each under its own name with something behind it, or in another directory. */
const isBeside = ({ shape }: Arg, [source, ...more]: readonly Arg[]): boolean =>
  more.length === 0 &&
  source?.isGlob === true &&
  shape !== source.shape &&
  (shape.startsWith(source.shape) || shape.endsWith(`/${source.shape}`));

/** What lands in a directory under its own name: trusted names count wherever they go. */
function into(sources: readonly Arg[], target: readonly Arg[], cwd: string | null): Finding[] {
  const [directory] = target;
  if (directory === undefined || directory.isGlob) return [];
  return sources.flatMap((source) => {
    const name = source.shape.split("/").at(-1) ?? "";
    const finding = judgePath({ ...source, shape: `${directory.shape}/${name}` }, "write", cwd);
    return finding === null || finding.risk === "write" ? [] : [finding];
  });
}

function move(call: Call): Outcome {
  const found = givenBy(call.args, copySpec);
  const outcome = copy(call, "mv moves");
  const sources = has(found, "-t --target-directory") ? found.operands : found.operands.slice(0, -1);
  const left = pathsFindings(sources, "write", call.cwd);
  const isWhole = sources.some(({ shape }) => /^(?:\.?\/?\*?|\.\/\*|\/workspace\/?\*?)$/.test(shape));
  return [...outcome, ...left, ...(isWhole ? [destroys("mv moves everything away")] : [])];
}

function link(call: Call): Outcome {
  const found = givenBy(call.args, copySpec);
  const [source, target] = found.operands;
  const base = target === undefined ? null : fullPath(target, call.cwd);
  const beside =
    base === null || !has(found, "-s --symbolic") ? call.cwd : base.slice(0, base.lastIndexOf("/"));
  const full = source === undefined ? null : fullPath(source, beside);
  const isOutside = full !== null && !/^\/(?:workspace|tmp|usr)(?:\/|$)/.test(full);
  return [
    writes("ln makes a link"),
    ...(isOutside ? [trusted("ln makes a way out of the workspace")] : []),
    ...pathsFindings(target === undefined ? [] : [target], "write", call.cwd),
    ...pathsFindings(valuesOf(found, "-t --target-directory"), "write", call.cwd),
  ];
}

function install(call: Call): Outcome {
  const found = givenBy(call.args, { ...copySpec, telling: "--strip-program" });
  if (has(found, "-d --directory"))
    return [writes("install makes directories"), ...pathsFindings(found.operands, "write", call.cwd)];
  const rights = has(found, "-o -g --owner --group") ? [needsRights("install changes who owns files")] : [];
  const isSpecial = valuesOf(found, "-m --mode").some(({ shape }) => specialMode.test(shape));
  const special = isSpecial ? [trusted("install lets a file run with its owner's rights")] : [];
  const program = has(found, "--strip-program") ? [unknownCode("install runs a program")] : [];
  return [...copy(call, "install copies"), ...rights, ...special, ...program];
}

/** Set-user-id and set-group-id. */
const specialMode = /\+[rwx]*s|=[rwx]*s|^0*[2-7]\d{3}$/;

function changeMode(call: Call): Outcome {
  const found = givenBy(
    call.args.filter(({ shape }) => !/^-[rwxXst]+$/.test(shape)),
    { reads: "--reference" },
  );
  const [mode, ...rest] = found.operands;
  const isMinus = call.args.some(({ shape }) => /^-[rwxXst]+$/.test(shape));
  const files = isMinus || has(found, "--reference") ? found.operands : rest;
  const isSpecial = specialMode.test(mode?.shape ?? "");
  const isOpen = has(found, "-R --recursive") && /777|a\+\w*w|o\+\w*w/.test(mode?.shape ?? "");
  return [
    writes("chmod changes modes"),
    ...(isSpecial ? [trusted("chmod lets a file run with its owner's rights")] : []),
    ...(isOpen ? [trusted("chmod opens everything to everybody")] : []),
    ...pathsFindings(files, "write", call.cwd),
  ];
}

function dd(call: Call): Outcome {
  const part = (name: string): Arg[] =>
    call.args
      .filter(({ shape }) => shape.startsWith(`${name}=`))
      .map((arg) => ({ ...arg, shape: arg.shape.slice(name.length + 1) }));
  const output = part("of");
  const isDevice = output.some(({ shape }) => /^\/dev\/(?!null|stdout|stderr|zero|shm\/)/.test(shape));
  return [
    output.length === 0 ? reads("dd copies to its output") : writes("dd writes a file"),
    ...(isDevice ? [needsRights("dd writes to a device")] : []),
    ...(part("if").some(({ shape }) => shape.startsWith("/dev/"))
      ? output.flatMap((path) => reportTo(path, call.cwd))
      : []),
    ...pathsFindings(part("if"), "read", call.cwd),
    ...pathsFindings(output, "write", call.cwd),
  ];
}

function rsync(call: Call): Outcome {
  const found = givenBy(call.args, {
    valued:
      "-e --rsh --exclude --include --filter -f --exclude-from --rsync-path --port --bwlimit --password-file --chmod --max-size",
  });
  const remote = found.operands.filter(({ shape }) => /^[^/]*:|^rsync:\/\//.test(shape));
  const program = has(found, "-e --rsh --rsync-path") ? [unknownCode("rsync runs a program")] : [];
  const removes = found.options.some(({ name }) => /^--(?:delete|del|remove-source-files)/.test(name))
    ? [destroys("rsync removes files")]
    : [];
  const target = found.operands.slice(-1);
  if (remote.length > 0) {
    const isUpload = remote.includes(target[0] as Arg);
    return [
      {
        risk: isUpload ? "external" : "network",
        because: "rsync talks to another machine",
        hosts: null,
        unreachable: "only HTTP through the proxy leaves the sandbox",
      },
      ...program,
      ...removes,
      ...pathsFindings(isUpload ? [] : target, "write", call.cwd),
      ...pathsFindings(isUpload ? found.operands.slice(0, -1) : [], "read", call.cwd),
    ];
  }
  return [...copy({ ...call, args: found.operands }, "rsync copies"), ...program, ...removes];
}
