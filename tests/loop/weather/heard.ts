/** One call of the conversation so far, as the provider was told of it. */
export interface Earlier {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** null: no result came with this request, which would be a fault of the loop. */
  readonly result: string | null;
  readonly isOk: boolean;
}

/** What a provider can know of a request: nothing but its bytes. */
export interface Heard {
  /** `THREAD#TURN.TRY`, which the test puts at the end of the system prompt. */
  readonly key: string;
  readonly role: string;
  /** What the role's prompt was rendered from. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly calls: readonly Earlier[];
}

type Fields = Readonly<Record<string, unknown>>;

interface Said {
  readonly system: string;
  readonly opening: string;
  readonly calls: readonly { readonly id: string; readonly tool: string; readonly args: unknown }[];
  readonly results: ReadonlyMap<string, { readonly text: string; readonly isOk: boolean }>;
}

/** By the path of the API that was called. @throws where the request is not one of it. */
export function heard(path: string, body: unknown): Heard {
  const { system, opening, calls, results } = readers(path)(body as Fields);
  const [, role, key] = /^(\w+)\n\[call (\S+)\]$/.exec(system) ?? [];
  if (role === undefined || key === undefined) throw new Error(`no key in ${JSON.stringify(system)}`);
  return {
    key,
    role,
    variables: JSON.parse(opening.split("\n")[0] ?? "") as Fields,
    calls: calls.map(({ id, tool, args }) => {
      const { text = null, isOk = false } = results.get(id) ?? {};
      return { tool, args: args as Fields, result: text, isOk };
    }),
  };
}

function readers(path: string): (body: Fields) => Said {
  if (path === "/v1/messages") return ofMessages;
  if (path === "/v1/responses") return ofResponses;
  if (path === "/v1/chat/completions") return ofCompletions;
  throw new Error(`nobody serves ${path}`);
}

function ofMessages({ system, messages }: Fields): Said {
  const blocks = (messages as readonly { content: readonly Fields[] }[]).flatMap(({ content }) => content);
  return {
    system: String((system as readonly Fields[])[0]?.["text"]),
    opening: String(blocks[0]?.["text"]),
    calls: blocks
      .filter(({ type }) => type === "tool_use")
      .map(({ id, name, input }) => ({ id: String(id), tool: String(name), args: input })),
    results: new Map(
      blocks
        .filter(({ type }) => type === "tool_result")
        .map(({ tool_use_id, content, is_error }) => [
          String(tool_use_id),
          { text: String(content), isOk: is_error !== true },
        ]),
    ),
  };
}

function ofResponses({ instructions, input }: Fields): Said {
  const items = input as readonly Fields[];
  return {
    system: String(instructions),
    opening: String(items[0]?.["content"]),
    calls: items
      .filter(({ type }) => type === "function_call")
      .map(({ call_id, name, arguments: json }) => called(call_id, name, json)),
    results: new Map(
      items
        .filter(({ type }) => type === "function_call_output")
        .map(({ call_id, output }) => [String(call_id), resultOf(output)]),
    ),
  };
}

function ofCompletions({ messages }: Fields): Said {
  const all = messages as readonly Fields[];
  const wanted = all.flatMap(({ tool_calls }) => (tool_calls ?? []) as readonly Fields[]);
  return {
    system: String(all[0]?.["content"]),
    opening: String(all[1]?.["content"]),
    calls: wanted.map(({ id, function: fn }) =>
      called(id, (fn as Fields)["name"], (fn as Fields)["arguments"]),
    ),
    results: new Map(
      all
        .filter(({ role }) => role === "tool")
        .map(({ tool_call_id, content }) => [String(tool_call_id), resultOf(content)]),
    ),
  };
}

const called = (id: unknown, name: unknown, json: unknown): Said["calls"][number] => ({
  id: String(id),
  tool: String(name),
  args: JSON.parse(String(json)) as unknown,
});

/** These APIs have no flag for an error. */
const resultOf = (text: unknown): { text: string; isOk: boolean } => ({
  text: String(text),
  isOk: !String(text).startsWith("Error: "),
});
