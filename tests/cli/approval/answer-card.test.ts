import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import type { Assessment } from "../../../src/core/assessment.ts";
import { answerCard } from "../../../src/cli/approval/answer-card.ts";
import type { Answered, CardPorts } from "../../../src/cli/approval/asking.ts";
import type { Waiting } from "../../../src/cli/waiting.ts";
import { folder } from "../ground.ts";
import { card, ground, seat, typed, waitingFor } from "./table.ts";
import type { Ground, Seat } from "./table.ts";

const never = new AbortController().signal;

const ask = async (
  at: Ground,
  person: Seat,
  waiting: Waiting = waitingFor(card),
  ports: CardPorts = at.ports,
  over: AbortSignal = never,
): Promise<Answered> => answerCard(person.io, person.keyboard, ports, at.run, waiting, over);

const grant = { type: "approval", answer: "grant", edited: null, note: null } as const;
const { username } = userInfo();

describe("one key answers", () => {
  test("y approves what was shown, as the person at this terminal", async () => {
    const [at, person] = [await ground(), seat(["y"])];
    expect(await ask(at, person)).toBe("answered");
    expect(await at.answers()).toEqual([
      expect.objectContaining({
        run: "7k2m",
        subject: "task/dependency/1/3/0.1",
        at: 61_000,
        by: expect.objectContaining({ type: "person", user: username }),
        value: grant,
      }),
    ]);
    expect(person.said()).toContain("│ run       npm uninstall moment ");
    expect(person.said()).toContain("moment is unused now");
  });

  test("what was typed before the card was seen is no answer, nor before it is drawn again", async () => {
    const [at, person] = [await ground(), seat(["early y", "early y", "d", " ", "early y", "l"])];
    expect(await ask(at, person)).toBe("later");
    expect(await at.answers()).toEqual([]);
  });

  test.each([
    ["ctrl-c", "left"],
    ["end", "left"],
    ["q", "left"],
    ["l", "later"],
  ] as const)("%s is no answer", async (key, how) => {
    const [at, person] = [await ground(), seat([key, "y"])];
    expect(await ask(at, person)).toBe(how);
    expect(await at.answers()).toEqual([]);
  });

  test.each(["enter", " ", "Y", "yes please\r", "\u001b", "\u001b[A", "a"])(
    "%j is none of its keys",
    async (key) => {
      const [at, person] = [await ground(), seat([key, "l"])];
      expect(await ask(at, person)).toBe("later");
      expect(await at.answers()).toEqual([]);
      expect(person.said()).toContain("is none of its keys; nothing was answered");
    },
  );

  test("n takes a reason that is typed, with its slips", async () => {
    const [at, person] = [
      await ground(),
      seat(["n", ...typed("use yarrn"), "\u007f", "backspace", "n, please", "enter"]),
    ];
    expect(await ask(at, person)).toBe("answered");
    const [answer] = await at.answers();
    expect(answer?.value).toMatchObject({ type: "approval", answer: "refuse", edited: null });
    expect(answer?.value.type === "approval" && (await at.blob(answer.value.note))).toBe("use yarn, please");
  });

  test("n with no reason refuses without one; escape goes back; ctrl-c refuses nothing", async () => {
    const plain = await ground();
    expect(await ask(plain, seat(["n", "enter"]))).toBe("answered");
    expect((await plain.answers())[0]?.value).toMatchObject({ answer: "refuse", note: null });
    const back = await ground();
    expect(await ask(back, seat(["n", ...typed("no"), "\u001b", "y"]))).toBe("answered");
    expect((await back.answers())[0]?.value).toEqual(grant);
    const gone = await ground();
    expect(await ask(gone, seat(["n", ...typed("no"), "ctrl-c"]))).toBe("left");
    expect(await ask(gone, seat(["n", ...typed("no"), "end"]))).toBe("left");
    expect(await gone.answers()).toEqual([]);
  });

  test("s stops the run only when it is pressed again; the approval stays open", async () => {
    const at = await ground();
    expect(await ask(at, seat(["s", "y", "l"]))).toBe("later");
    expect(await at.answers()).toEqual([]);
    expect(await ask(at, seat(["s", "early s", "s"]))).toBe("left");
    expect((await at.answers()).map(({ subject, value }) => [subject, value.type])).toEqual([
      ["stop/1", "stop"],
    ]);
    await ask(at, seat(["s", "s"]));
    expect((await at.answers()).map(({ subject }) => subject)).toEqual(["stop/1", "stop/2"]);
  });

  test("d shows all of it, page by page, and answers nothing", async () => {
    const long = Array.from({ length: 40 }, (_, index) => `echo line ${index}`).join("\n");
    const waiting = waitingFor({ ...card, action: long, args: { command: long } });
    const [at, person] = [await ground(), seat(["d", " ", " ", " ", " ", "y", "l"])];
    expect(await ask(at, person, waiting)).toBe("later");
    for (let index = 0; index < 40; index++) expect(person.said()).toContain(` echo line ${index} `);
    expect(person.said()).toMatch(/line 10 of \d+ {3}\[space\] goes on/);
    expect(await at.answers()).toEqual([]);
  });
});

describe("somebody else is first", () => {
  const other = {
    run: "7k2m",
    subject: "task/dependency/1/3/0.1",
    at: 60_000,
    by: { type: "person", user: "ada", tty: null },
  } as const;
  const refusal = { type: "approval", answer: "refuse", edited: null, note: null } as const;

  test("before the card is shown", async () => {
    const at = await ground();
    await at.ports.journal.answer({ ...other, value: refusal });
    const person = seat(["y"]);
    expect(await ask(at, person)).toBe("elsewhere");
    expect(person.said()).toMatch(/^ {12}a31: ada rejected it, .*\d\d:\d\d:\d\d\n$/);
    expect(person.left()).toEqual(["y"]);
  });

  test("between the card and the key: theirs counts, and this one is told who, what and when", async () => {
    const at = await ground();
    const person = seat([async () => at.ports.journal.answer({ ...other, value: refusal }), "y"]);
    expect(await ask(at, person)).toBe("elsewhere");
    expect(person.said()).toMatch(/yours was not taken: ada rejected it, .*\d\d:\d\d:\d\d\n$/);
    expect((await at.answers()).map(({ value }) => value)).toEqual([refusal]);
  });

  test("while the card is shown, or a reason is typed", async () => {
    for (const before of [[], ["n", "x"], ["s"], ["r"]]) {
      const [at, over] = [await ground(), new AbortController()];
      const theirs = async (): Promise<void> => {
        await at.ports.journal.answer({ ...other, value: grant });
        over.abort();
      };
      const person = seat([...before, theirs, "y"]);
      expect(await ask(at, person, waitingFor(card), at.ports, over.signal)).toBe("elsewhere");
      expect(person.said()).toContain("a31: ada approved it");
      expect(await at.answers()).toHaveLength(1);
    }
  });
});

describe("e changes what would run", () => {
  const replaced = (by: string) => (): string => by;

  test("a command in the editor: drawn again, and only y gives it", async () => {
    const at = await ground();
    const person = seat(["e", "early y", "y"], {
      edits: replaced("npm uninstall moment --ignore-scripts\n"),
    });
    expect(await ask(at, person)).toBe("answered");
    const [answer] = await at.answers();
    expect(answer?.value).toMatchObject({ answer: "grant-edited", note: null });
    expect(answer?.value.type === "approval" && (await at.blob(answer.value.edited))).toBe(
      '{"command":"npm uninstall moment --ignore-scripts","timeout_s":60}',
    );
    expect(person.said()).toContain("approval a31, edited by you");
    expect(person.said()).toContain(
      "not judged yet: you changed it, and the policy judges it again before it runs",
    );
  });

  test("what it would do is told again where that can be judged", async () => {
    const at = await ground();
    const part = {
      text: "rm -rf src",
      words: [],
      risk: "destructive",
      because: "rm -r removes",
      hosts: [],
      touches: ["src"],
      removes: null,
      isOpaque: false,
      unreachable: null,
    } as const;
    const ports: CardPorts = { ...at.ports, assess: (): Assessment => ({ parts: [part] }) };
    const person = seat(["e", "l"], { edits: replaced("rm -rf src") });
    expect(await ask(at, person, waitingFor(card), ports)).toBe("later");
    expect(person.said()).toContain("risk      destructive: rm -r removes");
    expect(person.said()).toContain("touches   src");
    expect(person.said()).toMatch(/if yes {4}this runs in that copy/);
  });

  test("the file is the command alone, and unchanged means nothing happened", async () => {
    const [at, seen] = [await ground(), [] as string[]];
    const person = seat(["e", "y"], { edits: (text) => (seen.push(text), text) });
    expect(await ask(at, person)).toBe("answered");
    expect(seen).toEqual(["npm uninstall moment\n"]);
    expect(person.said()).toContain("it is as it was");
    expect((await at.answers())[0]?.value).toEqual(grant);
  });

  test("what cannot be taken is told and stays for the next try; what was asked again is no edit", async () => {
    const [at, seen] = [await ground(), [] as string[]];
    const texts = ["  \n", "npm ls\n", "npm uninstall moment\n"];
    const person = seat(["e", "e", "e", "y"], { edits: (text) => (seen.push(text), texts.shift() ?? text) });
    expect(await ask(at, person)).toBe("answered");
    expect(person.said()).toContain("the command is empty; to keep it from running, reject it");
    expect(seen).toEqual(["npm uninstall moment\n", "  \n", "npm ls\n"]);
    expect((await at.answers())[0]?.value).toEqual(grant);
  });

  test("other arguments are JSON; a fault is told with the card as it was", async () => {
    const write = { ...card, tool: "write_file", action: "a.txt", args: { path: "a.txt", content: "x" } };
    for (const [text, fault] of [
      ["{", "this is no JSON"],
      ["[]", "the arguments are no JSON object"],
      ['{"path": 1}', "The arguments of write_file are not valid"],
    ] as const) {
      const [at, person] = [await ground(), seat(["e", "l"], { edits: replaced(text) })];
      expect(await ask(at, person, waitingFor(write))).toBe("later");
      expect(person.said()).toContain(fault);
    }
    const [at, person] = [await ground(), seat(["e", "y"], { edits: (text) => text.replace('"x"', '"y"') })];
    await ask(at, person, waitingFor(write));
    const [answer] = await at.answers();
    expect(answer?.value.type === "approval" && (await at.blob(answer.value.edited))).toBe(
      '{"content":"y","path":"a.txt"}',
    );
  });

  test("an editor that fails changes nothing", async () => {
    const [at, person] = [await ground(), seat(["e", "y"], { edits: () => 127 })];
    expect(await ask(at, person)).toBe("answered");
    expect(person.said()).toContain("the editor (ed) ended with exit 127; nothing was changed");
    expect((await at.answers())[0]?.value).toEqual(grant);
  });
});

describe("r writes a rule", () => {
  test("that is shown first, with a pattern and an end that can be changed; then approves", async () => {
    const [at, cwd] = [await ground(), await folder({ "harness.yaml": "attempts: 2\n" })];
    const wider = ["p", "\u0015", ...typed("npm uninstall *"), "enter", "u", ...typed("7"), "enter"];
    const person = seat(["r", ...wider, "y"], { cwd, columns: 160 });
    expect(await ask(at, person)).toBe("answered");
    expect(person.said()).toContain(
      "{ bash: npm uninstall moment, hosts: [ packages.example:443 ], then: allow, until: 1970-01-31 }",
    );
    expect(await readFile(join(cwd, "harness.yaml"), "utf8")).toBe(
      "attempts: 2\napprovals:\n  rules:\n    - { bash: npm uninstall *, hosts: [ packages.example:443 ], then: allow, until: 1970-01-08 }\n",
    );
    expect(person.said()).toContain("written to harness.yaml:4");
    const [answer] = await at.answers();
    expect(answer?.value).toMatchObject({ ...grant, rule: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(answer?.value.type === "approval" && JSON.parse((await at.blob(answer.value.rule)) ?? "")).toEqual(
      {
        bash: "npm uninstall *",
        hosts: ["packages.example:443"],
        then: "allow",
        until: "1970-01-08",
      },
    );
  });

  test.each([["b"], ["enter"], ["n"], ["\u001b"]])(
    "%s goes back: nothing written, nothing answered",
    async (key) => {
      const [at, cwd] = [await ground(), await folder()];
      expect(await ask(at, seat(["r", "early y", key, "l"], { cwd }))).toBe("later");
      expect(await at.answers()).toEqual([]);
      await expect(readFile(join(cwd, "harness.yaml"))).rejects.toThrow("ENOENT");
    },
  );

  test("where harness.yaml is broken nothing is answered, and it is told where", async () => {
    const [at, cwd] = [await ground(), await folder({ "harness.yaml": "approvals: {\n" })];
    const person = seat(["r", "y", "l"], { cwd, columns: 180 });
    expect(await ask(at, person)).toBe("later");
    expect(person.said()).toContain("no rule was written and nothing answered:");
    expect(person.said()).toContain("harness.yaml:1: this bracket or brace is not closed");
    expect(await at.answers()).toEqual([]);
  });

  test("what no rule can say exactly is told so", async () => {
    const [at, person] = [await ground(), seat(["r", "l"])];
    const waiting = waitingFor({
      ...card,
      action: "npm i $X",
      parts: [{ text: "npm i $X", risk: "network", because: "x" }],
    });
    expect(await ask(at, person, waiting)).toBe("later");
    expect(person.said()).toContain("no rule of one line says exactly this");
  });
});

test("a run of an older version asks with a text: yes and no, but neither a rule nor an edit", async () => {
  const [at, person] = [await ground(), seat(["r", "e", "y"])];
  expect(await ask(at, person, waitingFor("tool      bash\nrisk      write"))).toBe("answered");
  expect(person.said()).toContain("│ asks      tool      bash");
  expect(person.said()).not.toContain("[e]dit");
  expect((await at.answers())[0]?.value).toEqual(grant);
});
