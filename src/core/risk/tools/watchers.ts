import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { ownCode, trusted } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { hiddenCommand } from "../hidden-command.ts";
import { given, has, valuesOf } from "../options.ts";
import { pathsFindings } from "../spec.ts";
import { writtenOutcome } from "../written-code.ts";

/** Programs that run commands again and again, several at once, or under watch; of some nobody knows the options. */
export const watchers: Tools = {
  ...each(
    "watchexec reflex chokidar chokidar-cli onchange nodemon cargo-watch ts-node-dev tsc-watch funzzy modd",
    (call) => onChange(call),
  ),
  ...each("fswatch watchman", (call) => [ownCode(`${call.name} watches files`), ...onChange(call).slice(1)]),
  ...each("concurrently start-server-and-test wait-on npm-run-all run-p run-s", (call) => together(call)),
  ...each("valgrind heaptrack strace ltrace callgrind memusage uftrace", (call) => watched(call)),
  ...each(
    "eatmydata nocache ddtrace-run newrelic-admin opentelemetry-instrument envdir envuidgid softlimit with-contenv daemonize dbus-launch startx xinit memhog cgroupify gamemoderun mangohud optirun primusrun env-cmd dotenv-cli teamocil pty stdoutisatty faketty ptyget tsp ts trickle minijail0 nsjail isolate catatonit execlineb s6-setuidgid supervise readproctitle fghack pgrphack setlock lckdo runwhen cronic chronic vipe pee zrun",
    (call) => [
      ownCode(`${call.name} runs a command`),
      { runs: given(call.args, { isStrict: true }).operands, isLoose: true, isOwn: true },
    ],
  ),
  "run-parts": (call) => [
    ownCode("run-parts runs the programs of a directory"),
    ...call.args.flatMap((directory) => {
      const text = call.written(directory);
      return text === null ? [] : writtenOutcome(text, call);
    }),
    ...pathsFindings(
      call.args.filter(({ shape }) => !shape.startsWith("-")),
      "list",
      call.cwd,
    ),
  ],
};

/** Programs that watch another at work: what they run is the project's own, or a command like any other. */
function watched(call: Call): Outcome {
  const found = given(call.args, {
    valued: "-o -e -E -s -p -u -a -P -O -S -I -X -b --output --attach --trace",
    isStrict: true,
  });
  const runs = found.operands;
  return [
    ownCode(`${call.name} runs a program`),
    ...(has(found, "-p --attach --pid -u")
      ? [trusted(`${call.name} reads and changes other processes`)]
      : []),
    ...valuesOf(found, "-o --output").flatMap((file) =>
      /^[|!]/.test(file.shape)
        ? hiddenCommand("what it writes goes to a command", { ...file, shape: file.shape.slice(1) }, "input")
        : pathsFindings([file], "write", call.cwd),
    ),
    ...(runs.length > 0 ? [{ runs, isLoose: true, isOwn: true }] : []),
  ];
}

/** A command behind `--`, or as the value of `-c`, `-x`, `--exec`. */
function onChange(call: Call): Outcome {
  const at = call.args.findIndex(({ shape }) => shape === "--");
  const options = "-c -x --command --exec --on-change";
  const texts = valuesOf(
    given(call.args, { valued: `${options} -e -w -i --ext --watch --ignore -d` }),
    options,
  );
  const { operands } = given(call.args, {
    valued: `${options} -e -w -i -f -s -d -r -g -R -G --exts --filter --watch --ignore --delay`,
    isStrict: true,
  });
  const rest = at === -1 ? operands : call.args.slice(at + 1);
  return [
    ownCode(`${call.name} runs a command when files change`),
    ...texts.map((shell) => ({ shell })),
    ...(texts.length === 0 && rest.length > 0 ? [{ runs: rest, isLoose: true, isOwn: true }] : []),
  ];
}

/** Each word with a blank in it is a command of its own. */
const together = (call: Call): Outcome => [
  ownCode(`${call.name} runs commands`),
  ...call.args.flatMap((word) => (/\s/.test(word.shape.trim()) ? [{ shell: word }] : [])),
];
