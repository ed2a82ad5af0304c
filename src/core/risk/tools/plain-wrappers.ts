import type { Arg } from "../arg.ts";
import type { Call, Judge, Tools } from "../call.ts";
import { each } from "../call.ts";
import { reads } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { given, valuesOf } from "../options.ts";
import type { Grammar } from "../options.ts";
import { pathsFindings } from "../spec.ts";

/** Programs that run the command behind their options and change no more than how it runs. */
export const plainWrappers: Tools = {
  ...each("nohup setsid chronic ifne pee mispipe prime-run winpty unbuffer catchsegv", wrapped({})),
  nice: wrapped({ valued: "-n --adjustment" }),
  ionice: wrapped({ valued: "-c -n -p -P -u --class --classdata" }),
  stdbuf: wrapped({ valued: "-i -o -e --input --output --error" }),
  fakeroot: wrapped({ valued: "-l -s -i -b --lib --faked" }),
  ...each(
    "xvfb-run xwfb-run wayland-run xinit-run",
    wrapped({
      valued: "-n -e -f -p -s -w --server-num --error-file --auth-file --xauth-protocol --server-args --wait",
    }),
  ),
  "dbus-run-session": wrapped({ valued: "--config-file --dbus-daemon" }),
  caffeinate: wrapped({ valued: "-t -w" }),
  "systemd-inhibit": wrapped({ valued: "--what --who --why --mode" }),
  rlwrap: wrapped({ valued: "-b -C -D -f -g -H -l -O -p -P -q -s -S -t -z" }),
  numactl: wrapped({
    valued: "-i -N -m -C -p -P -w --interleave --cpunodebind --membind --physcpubind --preferred",
  }),
  prlimit: wrapped({ valued: "-p --pid -o --output" }),
  choom: wrapped({ valued: "-n -p --adjust --pid" }),
  noti: wrapped({ valued: "-t -m --title --message" }),
  ...each("tini dumb-init", wrapped({ valued: "-p -e -r --rewrite" })),
  time: wrapped({ valued: "-f --format", telling: "--output" }, 0, "-o --output"),
  ...each("timeout gtimeout", wrapped({ valued: "-s -k --signal --kill-after" }, 1)),
  taskset: wrapped({ valued: "-p --pid" }, 1),
  chrt: wrapped({ valued: "-p -T -P -D --sched-runtime --sched-period --sched-deadline" }, 1),
  faketime: wrapped({ valued: "-p" }, 1),
  ...each("cpulimit retry", wrapped({ valued: "-p -l -t -d --limit --times --delay" }, 1)),
  ...each("setarch linux32 linux64 i386 x86_64 uname26", ofMachine),
  arch: (call) => (call.args.length === 0 ? [reads("arch says what the machine is")] : ofMachine(call)),
};

function wrapped(grammar: Grammar, skipped = 0, written = ""): Judge {
  return (call) => {
    const found = given(call.args, {
      ...grammar,
      valued: `${grammar.valued ?? ""} ${written}`,
      isStrict: true,
    });
    return [
      ...run(call, found.operands.slice(skipped)),
      ...pathsFindings(valuesOf(found, written), "write", call.cwd),
    ];
  };
}

const run = ({ name }: Call, runs: readonly Arg[]): Outcome => [
  reads(`${name} runs a command`),
  ...(runs.length > 0 ? [{ runs, isLoose: true }] : []),
];

/** Names of machines, with and without a dash, and options may stand before the command. */
function ofMachine(call: Call): Outcome {
  const { operands } = given(call.args, { isSingle: true, isStrict: true });
  const [first] = operands;
  return run(call, machine.test(first?.shape ?? "") ? operands.slice(1) : operands);
}

const machine =
  /^(?:x86_64|amd64|i[3-6]86|aarch64|arm\w*|ppc\w*|s390x?|mips\w*|riscv\w*|sparc\w*|alpha|ia64|parisc\w*|linux(?:32|64)|uname26)$/;
