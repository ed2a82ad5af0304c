import type { CommandShape, Kind } from "./shape.ts";

export const fishScript = (program: string, shapes: readonly CommandShape[]): string => {
  const lines = shapes.flatMap(({ name, about, places, options }) => [
    `complete -c ${program} -n '__${program}_at "" 0' -a ${name} -d ${quoted(about)}`,
    ...places.flatMap((kind, index) => {
      const offered = offer(program, kind);
      return offered === null
        ? []
        : `complete -c ${program} -n '__${program}_at ${name} ${index + 1}' ${offered}`;
    }),
    ...options.map(({ flag, about: what, value }) => {
      const takes = value === null ? "" : ` -x ${offer(program, value) ?? ""}`.trimEnd();
      return `complete -c ${program} -n '__${program}_in ${name}' -l ${flag.slice(2)} -d ${quoted(what)}${takes}`;
    }),
  ]);
  return `# Completion of ${program} for fish. In ~/.config/fish/config.fish: ${program} completion fish | source
${positions(program, shapes)}
complete -c ${program} -f
${lines.join("\n")}
`;
};

/** Functions that find what stands before the cursor: the command, and its places without options and their values. */
function positions(program: string, shapes: readonly CommandShape[]): string {
  const valued = [
    ...new Set(
      shapes.flatMap(({ options }) => options.flatMap(({ flag, value }) => (value === null ? [] : flag))),
    ),
  ];
  return `function __${program}_places
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-*' $word
            contains -- $word ${valued.join(" ")}; and set skip 1
        else
            echo $word
        end
    end
end
function __${program}_at
    set -l places (__${program}_places)
    test (count $places) = $argv[2]; or return 1
    test $argv[2] = 0; or test "$places[1]" = "$argv[1]"
end
function __${program}_in
    set -l places (__${program}_places)
    test "$places[1]" = "$argv[1]"
end
function __${program}_known
    set -l places (__${program}_places)
    ${program} __complete $argv[1] $places[2..] 2>/dev/null
end`;
}

function offer(program: string, kind: Kind): string | null {
  switch (kind.type) {
    case "words":
      return `-a ${quoted(kind.words.join(" "))}`;
    case "run":
    case "task":
    case "waiting":
      return `-k -a ${quoted(`(__${program}_known ${kind.type})`)}`;
    case "goal":
      return `-k -a '(__fish_complete_suffix .md)'`;
    case "file":
      return "-F";
    case "directory":
      return `-a '(__fish_complete_directories)'`;
    case "other":
      return null;
  }
}

/** In single quotes of fish, which know two escapes. */
const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
