import { Bash, decodeBytesToUtf8, defineCommand, latin1FromBytes } from "just-bash";
import type { BashOptions, CustomCommand, ExecResult, ResolvedCommandContext } from "just-bash";

/** What a Python command line asks for. `name` is `sys.argv[0]`. */
interface Program {
  readonly kind: "file" | "code" | "module";
  /** Code, or the module's name; nothing for a file, which Python reads itself. */
  readonly what: string;
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * `python3` and `python`. The library pastes a program, indented, into one of its own: multi-line strings change, line
 * numbers in tracebacks are wrong, `sys.exit("text")` is silent, modules beside the program are not found. So it gets a
 * program of ours that runs the worker's as Python itself would.
 */
export function pythonCommands(options: BashOptions): CustomCommand[] {
  const engine = new Bash({ ...options, python: true });
  const run = async (args: string[], context: ResolvedCommandContext): Promise<ExecResult> => {
    const program = programOf(args, context);
    if (program === null) return start(engine, args, context);
    const fromStdin = program.name === "";
    const argv = ["-c", launcher, program.kind, program.what, program.name, ...program.args];
    return start(engine, argv, context, fromStdin ? "" : latin1FromBytes(context.stdin));
  };
  return [defineCommand("python3", run), defineCommand("python", run)];
}

async function start(
  engine: Bash,
  args: string[],
  context: ResolvedCommandContext,
  stdin = latin1FromBytes(context.stdin),
): Promise<ExecResult> {
  const { stdout, stderr, exitCode } = await engine.exec("python3", {
    args,
    cwd: context.cwd,
    env: Object.fromEntries([...context.env].filter(([name]) => name !== "?")),
    replaceEnv: true,
    stdin,
    stdinKind: "bytes",
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  return { stdout, stderr, exitCode };
}

const ignored = /^-[bBdEiIOPqsSuvx]+$/;

/** null: nothing to run, or an option that the library may know. */
function programOf(args: readonly string[], context: ResolvedCommandContext): Program | null {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [what = "", ...more] = args.slice(at + 1);
    if (arg === "-c" && at + 1 < args.length) return { kind: "code", what, name: "-c", args: more };
    if (arg === "-m" && at + 1 < args.length) return { kind: "module", what, name: "-m", args: more };
    if (arg === "-") return fromStdin(context, args.slice(at + 1));
    if (arg === "-W" || arg === "-X") at += 1;
    else if (!arg.startsWith("-")) return { kind: "file", what: "", name: arg, args: args.slice(at + 1) };
    else if (!ignored.test(arg)) return null;
  }
  return fromStdin(context, []);
}

const fromStdin = (context: ResolvedCommandContext, args: readonly string[]): Program => ({
  kind: "code",
  what: decodeBytesToUtf8(context.stdin),
  name: "",
  args,
});

/**
 * Runs the program that `sys.argv` names, as module `__main__`. It is itself pasted into an indented block, hence no
 * multi-line strings. The directory is mounted under /host there, which `open` and `os` hide and `import` does not.
 */
const launcher = `
def _launch():
    import linecache, os, sys, traceback, types
    kind, what, name = sys.argv[1:4]
    sys.argv[:] = [name] + sys.argv[4:]
    sys.dont_write_bytecode = True
    os.environ.pop("_", None)
    os.environ["PWD"] = os.getcwd()
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    code = 0
    try:
        if kind == "module":
            import runpy
            sys.path.insert(0, "/host" + os.getcwd())
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            shown = name if kind == "file" else "<string>" if name == "-c" else "<stdin>"
            if kind == "file":
                try:
                    with open(name, "rb") as file:
                        what = file.read()
                except OSError as error:
                    print(f"python3: can't open file '{os.path.join(os.getcwd(), name)}': {error.strerror}", file=sys.stderr)
                    raise SystemExit(2)
                main.__dict__["__file__"] = name
                sys.path.insert(0, "/host" + os.path.dirname(os.path.normpath(os.path.join(os.getcwd(), name))))
                text = what.decode("utf-8", "replace")
            else:
                text = what
                sys.path.insert(0, "/host" + os.getcwd())
            linecache.cache[shown] = (len(text), None, text.splitlines(True), shown)
            exec(compile(what, shown, "exec"), main.__dict__)
    except SystemExit as end:
        if end.code is None:
            code = 0
        elif isinstance(end.code, int):
            code = end.code & 255
        else:
            print(end.code, file=sys.stderr)
            code = 1
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == "/tmp/_jb_script.py":
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)
        code = 1
    sys.exit(code)
_launch()
`;
