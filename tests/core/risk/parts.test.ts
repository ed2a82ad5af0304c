import { expect, test } from "vitest";
import { worst } from "../../../src/core/assessment.ts";
import type { Part } from "../../../src/core/assessment.ts";
import { risks } from "../../../src/core/tool.ts";
import { assessTool } from "../../../src/core/risk/tool-call.ts";
import { assessShell } from "../../../src/edges/shell/assess.ts";

/** The part that decides. */
function main(command: string): Part {
  const { parts } = assessShell(command);
  const risk = worst(parts);
  return parts.find((part) => part.risk === risk) as Part;
}

test.each([
  ["curl https://a.example/x", ["a.example:443"]],
  ["curl -s http://a.example:8080/x -o y", ["a.example:8080"]],
  ["curl https://user@a.example https://b.example", ["a.example:443", "b.example:443"]],
  ['curl "https://$HOST/x"', null],
  ["curl -x http://p.example https://a.example", null],
  ["wget https://a.example", ["a.example:443"]],
  ["npm install x", ["registry.npmjs.org:443"]],
  ["npm install --registry https://r.example x", ["r.example:443"]],
  ["npm install https://a.example/x.tgz", null],
  ["npm ci", ["registry.npmjs.org:443"]],
  ["pip install x", ["pypi.org:443", "files.pythonhosted.org:443"]],
  ["python -m pip install x", ["pypi.org:443", "files.pythonhosted.org:443"]],
  ["git clone https://a.example/b.git", ["a.example:443"]],
  ["git clone git@a.example:b.git", ["a.example:22"]],
  ["git fetch", null],
  ["ls", []],
  ["npm test", []],
  ["$CMD", null],
])("%s reaches %j", (command, hosts) => {
  expect(main(command).hosts).toEqual(hosts);
});

test.each([
  ["echo x > a/b.txt", ["a/b.txt"]],
  ["echo x > ./a/../b.txt", ["b.txt"]],
  ["cp a b", ["b"]],
  ["rm a.txt", ["a.txt"]],
  ["cd src && touch a", ["src/a"]],
  ["echo x > /workspace/a", ["a"]],
  ["x=a; echo x > $x.txt", ["a.txt"]],
  ["sed -i s/a/b/ a b", ["a", "b"]],
  ["echo x > /tmp/a", []],
])("%s touches %j", (command, touches) => {
  expect(assessShell(command).parts.flatMap((part) => part.touches)).toEqual(touches);
});

test.each([
  ["rm -r dist", ["dist"]],
  ["rm -rf dist build", ["dist", "build"]],
  ["rm -rf /workspace/dist", ["dist"]],
  ["rm -rf .", null],
  ["rm -rf *", null],
  ["rm -rf $X", null],
  ["rm -rf dist *.js", null],
  ["find . -delete", null],
  ["git reset --hard", null],
  ["cargo clean; rm -r x", null],
  ["> a.txt", ["a.txt"]],
  ["true > a.txt", ["a.txt"]],
  ["tee a.txt < /dev/null", ["a.txt"]],
  ["find . -fprint go.mod", ["go.mod"]],
  ["sort a.txt > a.txt", null],
  ["tee *.py", null],
])("%s removes %j", (command, removes) => {
  expect(main(command)).toMatchObject({ risk: "destructive", removes });
});

test.each([
  "ssh h",
  "scp a h:",
  "nc h 1",
  "echo x > /dev/tcp/h/1",
  "sudo ls",
  "mount a b",
  "dig h",
  "useradd x",
  "curl ftp://h/x",
  "git clone git@h:x",
])("%s is out of reach", (command) => {
  expect(main(command).unreachable).not.toBeNull();
});

test.each(["curl https://a.example", "npm i", "rm -rf a", "git push", "cat ~/.ssh/id_rsa"])(
  "%s is not",
  (command) => {
    expect(main(command).unreachable).toBeNull();
  },
);

test.each(["npm test", "./x.sh", "make", "python x.py", "sometool", "$CMD", "curl x | sh", "bash x.sh"])(
  "%s is opaque",
  (command) => {
    expect(main(command).isOpaque).toBe(true);
  },
);

test("words are those the program would see", () => {
  expect(main("git 'push' \"or\"igin $X *.a").words).toEqual(["git", "push", "origin", null, null]);
  expect(assessShell("x=rm; $x -r a").parts.map(({ words }) => words)).toEqual([[], ["rm", "-r", "a"]]);
  expect(assessShell("env A=b nice ls -l").parts.map(({ words }) => words)).toEqual([
    ["env", "A=b", "nice", "ls", "-l"],
    ["nice", "ls", "-l"],
    ["ls", "-l"],
  ]);
});

test.each([
  ["PATH=.:$PATH npm test", "PATH=.:$PATH"],
  ["LD_PRELOAD=./x.so npm test", "LD_PRELOAD=./x.so"],
  ['NODE_OPTIONS="--require ./x.js" npm test', 'NODE_OPTIONS="--require ./x.js"'],
  ["GIT_PAGER=./x git log", "GIT_PAGER=./x"],
  ["A=1 BASH_ENV=./x npm test", "BASH_ENV=./x"],
  ["A=$GITHUB_TOKEN npm test", "A=$GITHUB_TOKEN"],
])("what is set before %s is a part of its own", (command, text) => {
  const { parts } = assessShell(command);
  const set = parts.find((part) => part.text === text) as Part;
  const run = parts.find(({ words }) => words[0] === "npm" || words[0] === "git") as Part;
  expect(set.words).toEqual([]);
  expect(risks.indexOf(set.risk)).toBeGreaterThan(risks.indexOf("read"));
  expect(risks.indexOf(run.risk)).toBeLessThanOrEqual(risks.indexOf("write"));
});

test("a harmless value before a command is no part", () => {
  expect(assessShell("CI=1 npm test").parts.map(({ words }) => words)).toEqual([["npm", "test"]]);
});

test("a script that the command writes and runs is as its text is", () => {
  const risk = (command: string): string => worst(assessShell(command).parts);
  expect(risk("echo 'rm -rf src' > x.sh")).toBe("write");
  expect(risk("echo 'rm -rf src' > x.sh; sh x.sh")).toBe("destructive");
  expect(risk("echo 'ls' > x.sh; sh x.sh")).toBe("write");
  expect(risk("cd sub; echo 'rm -rf src' > x.sh; cd ..; sh sub/x.sh")).toBe("destructive");
  expect(risk("sh x.sh; echo 'rm -rf src' > x.sh")).toBe("write");
});

test("each sub-command is a part, as it stands in the call", () => {
  expect(assessShell("ls -a; echo $(rm  -r x) > y").parts.map(({ text }) => text)).toEqual([
    "ls -a",
    "rm  -r x",
    "> y",
    "echo $(rm  -r x) > y",
  ]);
});

test("nothing to run is a write", () => {
  for (const command of ["", "  \n", "# x"]) expect(worst(assessShell(command).parts)).toBe("write");
});

test("file tools are judged by their paths", () => {
  const risk = (tool: string, path: string): string => worst(assessTool(tool, { path })?.parts ?? []);
  expect(risk("read_file", "src/a.ts")).toBe("read");
  expect(risk("search", "src")).toBe("read");
  expect(risk("write_file", "src/a.ts")).toBe("write");
  expect(risk("edit_file", "a")).toBe("write");
  expect(risk("write_file", ".git/hooks/pre-commit")).toBe("privilege");
  expect(risk("edit_file", "sub/.vscode/tasks.json")).toBe("privilege");
  expect(risk("edit_file", "../a")).toBe("privilege");
  expect(risk("read_file", "/etc/shadow")).toBe("privilege");
  expect(assessTool("http_request", {})).toBeNull();
});
