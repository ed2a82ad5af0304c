import type { CommandNode, PipelineNode, SimpleCommandNode, StatementNode, TransformPlugin } from "just-bash";

/** Where a script's output is sent as it comes, see `inOrder`. */
export const outputPath = "/dev/harness/output";

type Redirection = SimpleCommandNode["redirections"][number];

/**
 * The library gives stdout and stderr of a whole script apart, as text, when all is over. So each command of the script
 * gets `>>OUTPUT 2>>OUTPUT` before its own redirections: output then comes in order of arrival, command by command, as
 * the bytes that were written, and is there when the script is killed. In a pipeline the last command's stdout and
 * everyone's stderr are sent. Loops, branches and groups are entered; functions, subshells and other scripts (`sh FILE`) are
 * one command each, with stdout before stderr.
 *
 * Scripts stay as they are when they redirect the shell itself (`exec`) or use `set -u`, whose error the library loses in
 * a redirected command: then output comes at the end, stdout before stderr, and bytes that are no UTF-8 may suffer.
 */
export function inOrder(): InOrder {
  let isOwn = false;
  return {
    name: "in-order",
    begins: () => {
      isOwn = true;
    },
    transform: ({ ast }) => {
      const isToStay = !isOwn || ast.statements.some(mustStay);
      isOwn = false;
      return isToStay ? { ast } : { ast: { ...ast, statements: ast.statements.map(ordered) } };
    },
  };
}

export interface InOrder extends TransformPlugin {
  /**
   * The next script is one of ours. The library shows scripts that it runs in its turn (`sh FILE`) too: their output
   * belongs to whoever runs them, who may have redirected it.
   */
  readonly begins: () => void;
}

const mustStay = ({ sourceText = "" }: StatementNode): boolean =>
  /\bexec\b|\bnounset\b|\bset\s+(?:-\S+\s+)*-[A-Za-z]*u/.test(sourceText);

const ordered = (statement: StatementNode): StatementNode => ({
  ...statement,
  pipelines: statement.pipelines.map(orderedPipeline),
});

function orderedPipeline(pipeline: PipelineNode): PipelineNode {
  const { commands, pipeStderr } = pipeline;
  const [only] = commands;
  const entered = only !== undefined && commands.length === 1 ? enteredCommand(only) : null;
  if (entered !== null) return { ...pipeline, commands: [entered] };
  const last = commands.length - 1;
  const sent = (n: number): number[] => (n === last ? [1, 2] : pipeStderr?.[n] === true ? [] : [2]);
  return { ...pipeline, commands: commands.map((command, n) => redirected(command, sent(n))) };
}

/** Before the command's own redirections, so that these have the last word. */
const redirected = (command: CommandNode, fds: readonly number[]): CommandNode =>
  command.type === "FunctionDef" || mustStayPlain(command)
    ? command
    : { ...command, redirections: [...fds.map(toOutput), ...command.redirections] };

/** Assignments, `exit` and its like: the library loses their exit code when they are redirected. */
function mustStayPlain(command: CommandNode): boolean {
  if (command.type !== "SimpleCommand") return false;
  const [part] = command.name?.parts ?? [];
  return (
    command.name === null || (part?.type === "Literal" && /^(?:break|continue|exit|return)$/.test(part.value))
  );
}

const toOutput = (fd: number): Redirection => ({
  type: "Redirection",
  fd,
  operator: ">>",
  target: { type: "Word", parts: [{ type: "Literal", value: outputPath }] },
});

/** The command with its parts ordered; null where it is one unit. */
function enteredCommand(command: CommandNode): CommandNode | null {
  if (command.type === "FunctionDef" || command.redirections.length > 0) return null;
  switch (command.type) {
    case "If":
      return {
        ...command,
        clauses: command.clauses.map(({ condition, body }) => ({
          condition: condition.map(ordered),
          body: body.map(ordered),
        })),
        elseBody: command.elseBody?.map(ordered) ?? null,
      };
    case "While":
    case "Until":
      return { ...command, condition: command.condition.map(ordered), body: command.body.map(ordered) };
    case "For":
    case "CStyleFor":
    case "Group":
      return { ...command, body: command.body.map(ordered) };
    case "Case":
      return { ...command, items: command.items.map((item) => ({ ...item, body: item.body.map(ordered) })) };
    case "SimpleCommand":
    case "Subshell":
    case "ArithmeticCommand":
    case "ConditionalCommand":
      return null;
  }
}
