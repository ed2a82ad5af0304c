import { describe } from "vitest";
import { refuses } from "./table.ts";
import type { Row } from "./table.ts";

/** A setting as the only line of front matter, which is the file's second. */
const value = (yaml: string, line: string): Row => ({
  name: yaml.replaceAll("\n", "⏎").slice(0, 100),
  files: { "goal.md": `---\n${yaml}\n---\nDo it.\n` },
  argv: ["run", "goal.md"],
  line: `DIR/goal.md:${line}`,
});

describe("values of another type", () => {
  refuses([
    value(
      "workspace: 3",
      "2: workspace is 3; give text, in quotes (the directory to work on, relative to the goal file; its own if left out)",
    ),
    value(
      "workspace: [src]",
      "2: workspace is a list; give text (the directory to work on, relative to the goal file; its own if left out)",
    ),
    value(
      "workspace: { exclude: [] }",
      "2: workspace is a mapping; give text (the directory to work on, relative to the goal file; its own if left out)",
    ),
    value(
      "workspace:",
      "2: workspace has no value; give text (the directory to work on, relative to the goal file; its own if left out), or take the key out",
    ),
    value("checks: npm test", '2: checks is "npm test"; give a list (what must hold for the goal to be met)'),
    value(
      "checks: { run: a }",
      "2: checks is a mapping; give a list (what must hold for the goal to be met)",
    ),
    value("checks: [npm test]", '2: checks[0] is "npm test"; give a mapping of keys to values'),
    value("checks: [[a]]", "2: checks[0] is a list; give a mapping of keys to values"),
    value("checks: [null]", "2: checks[0] has no value; give a mapping of keys to values, or take it out"),
    value("model: [a, b]", "2: model is a list; give text (one model for all roles, like anthropic/<model>)"),
    value(
      "model: { planner: x }",
      "2: model is a mapping; give text (one model for all roles, like anthropic/<model>)",
    ),
    value("models: anthropic/x", '2: models is "anthropic/x"; give a mapping of keys to values'),
    value("models: { worker: 5 }", "2: models.worker is 5; give text, in quotes"),
    value("models: { worker: [x] }", "2: models.worker is a list; give text"),
    value("budget: 5", "2: budget is 5; give a mapping of keys to values"),
    value("budget: five", '2: budget is "five"; give a mapping of keys to values'),
    value("budget:\n", "2: budget has no value; give a mapping of keys to values, or take the key out"),
    value("budget: { money: eight }", '2: budget.money is "eight"; give a number (US dollars)'),
    value('budget: { money: "8" }', '2: budget.money is "8"; give a number (US dollars)'),
    value("budget: { money: [8] }", "2: budget.money is a list; give a number (US dollars)"),
    value("budget: { tokens: many }", '2: budget.tokens is "many"; give a whole number'),
    value("budget: { wall: true }", "2: budget.wall is true; give a number or text (time at work, like 2h)"),
    value(
      "budget: { wall: [2h] }",
      "2: budget.wall is a list; give a number or text (time at work, like 2h)",
    ),
    value("budget: { turns: x }", '2: budget.turns is "x"; give a whole number'),
    value("budget: { attempts: {} }", "2: budget.attempts is a mapping; give a whole number"),
    value("sandbox: docker", '2: sandbox is "docker"; give a mapping of keys to values'),
    value("sandbox: { kind: 1 }", "2: sandbox.kind is 1; give one of embedded, docker"),
    value(
      "sandbox: { image: 3.10 }",
      "2: sandbox.image is 3.1; give text, in quotes (pulled where it is not there)",
    ),
    value(
      "sandbox: { dockerfile: [a] }",
      "2: sandbox.dockerfile is a list; give text (built with its own directory as the context)",
    ),
    value(
      "sandbox: { memory: 4 }",
      "2: sandbox.memory is 4; give text, in quotes (most memory of one container)",
    ),
    value(
      "sandbox: { disk: 8 }",
      "2: sandbox.disk is 8; give text, in quotes (most bytes of one workspace; takes the right to mount)",
    ),
    value(
      "sandbox: { cpus: two }",
      '2: sandbox.cpus is "two"; give a number (most processors of one container)',
    ),
    value("sandbox: { setup: npm ci }", '2: sandbox.setup is "npm ci"; give a mapping of keys to values'),
    value(
      "sandbox: { setup: { network: [] } }",
      "2: sandbox.setup.run is missing; give text (run once, before the tasks: what it adds every slot has)",
    ),
    value(
      "sandbox: { setup: { run: a, network: host.example } }",
      '2: sandbox.setup.network is "host.example"; give a list (hosts it may reach, like packages.example)',
    ),
    value("sandbox: { setup: { run: a, key: [1] } }", "2: sandbox.setup.key[0] is 1; give text, in quotes"),
    value("network: none", '2: network is "none"; give a mapping of keys to values'),
    value(
      "network: {}",
      "2: network.allow is missing; give a list (hosts that commands may reach; none if empty)",
    ),
    value(
      "network: { allow: host.example }",
      '2: network.allow is "host.example"; give a list (hosts that commands may reach; none if empty)',
    ),
    value("concurrency: three", '2: concurrency is "three"; give a whole number (attempts at work at once)'),
    value(
      "attempts: [3]",
      "2: attempts is a list; give a whole number (attempts of a task before it is replanned or escalated)",
    ),
    value(
      `concurrency: ${"x".repeat(200)}`,
      '2: concurrency is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; give a whole number (attempts at work at once)',
    ),
  ]);
});

describe("values out of range", () => {
  refuses([
    value("budget: { money: 0 }", "2: budget.money is 0; give a number above 0 (US dollars)"),
    value("budget: { money: -1 }", "2: budget.money is -1; give a number above 0 (US dollars)"),
    value("budget: { money: 0.0000001 }", "2: budget.money is 1e-7; give at least 0.000001 (US dollars)"),
    value("budget: { money: 1e300 }", "2: budget.money is 1e+300; give at most 1000000000 (US dollars)"),
    value("budget: { wall: 0s }", '2: budget.wall is "0s"; it must be like 90s, 30m or 2h'),
    value("budget: { wall: 0.0h }", '2: budget.wall is "0.0h"; it must be like 90s, 30m or 2h'),
    value("budget: { tokens: 0 }", "2: budget.tokens is 0; give a whole number above 0"),
    value("budget: { tokens: 1.5 }", "2: budget.tokens is 1.5; give a whole number"),
    value("budget: { tokens: 1e300 }", "2: budget.tokens is 1e+300; give a smaller number"),
    value("budget: { turns: -3 }", "2: budget.turns is -3; give a whole number above 0"),
    value("budget: { attempts: 0 }", "2: budget.attempts is 0; give a whole number above 0"),
    value("budget: { wall: 0 }", "2: budget.wall is 0; give a number above 0 (time at work, like 2h)"),
    value("budget: { wall: -5 }", "2: budget.wall is -5; give a number above 0 (time at work, like 2h)"),
    value("budget: { wall: 2 hours }", '2: budget.wall is "2 hours"; it must be like 90s, 30m or 2h'),
    value("budget: { wall: 2h30m }", '2: budget.wall is "2h30m"; it must be like 90s, 30m or 2h'),
    value("budget: { wall: 2d }", '2: budget.wall is "2d"; it must be like 90s, 30m or 2h'),
    value("budget: { wall: 2H }", '2: budget.wall is "2H"; it must be like 90s, 30m or 2h'),
    value("budget: { wall: -2h }", '2: budget.wall is "-2h"; it must be like 90s, 30m or 2h'),
    value('budget: { wall: "" }', "2: budget.wall is empty; it must be like 90s, 30m or 2h"),
    value('budget: { wall: "90" }', '2: budget.wall is "90"; it must be like 90s, 30m or 2h'),
    value("budget: { wall: 1e5h }", '2: budget.wall is "1e5h"; it must be like 90s, 30m or 2h'),
    value("concurrency: 0", "2: concurrency is 0; give at least 1 (attempts at work at once)"),
    value("concurrency: 65", "2: concurrency is 65; give at most 64 (attempts at work at once)"),
    value("concurrency: 1.5", "2: concurrency is 1.5; give a whole number (attempts at work at once)"),
    value(
      "attempts: 0",
      "2: attempts is 0; give at least 1 (attempts of a task before it is replanned or escalated)",
    ),
    value(
      "attempts: 99",
      "2: attempts is 99; give at most 20 (attempts of a task before it is replanned or escalated)",
    ),
    value(
      "attempts: -1",
      "2: attempts is -1; give at least 1 (attempts of a task before it is replanned or escalated)",
    ),
    value(
      "sandbox: { kind: dokcer }",
      '2: sandbox.kind is "dokcer"; give one of embedded, docker, perhaps docker',
    ),
    value(
      "sandbox: { kind: Docker }",
      '2: sandbox.kind is "Docker"; give one of embedded, docker, perhaps docker',
    ),
    value("sandbox: { kind: podman }", '2: sandbox.kind is "podman"; give one of embedded, docker'),
    value(
      'sandbox: { image: "" }',
      "2: sandbox.image is empty; it must be the name of an image, like node:24-bookworm",
    ),
    value(
      'sandbox: { image: "a b" }',
      '2: sandbox.image is "a b"; it must be the name of an image, like node:24-bookworm',
    ),
    value(
      'sandbox: { image: "-v" }',
      '2: sandbox.image is "-v"; it must be the name of an image, like node:24-bookworm',
    ),
    value(
      'sandbox: { dockerfile: "" }',
      "2: sandbox.dockerfile is empty; give some text (built with its own directory as the context)",
    ),
    value("sandbox: { memory: 4G }", '2: sandbox.memory is "4G"; it must be like 512m or 4g'),
    value("sandbox: { memory: 4gb }", '2: sandbox.memory is "4gb"; it must be like 512m or 4g'),
    value("sandbox: { memory: 0g }", '2: sandbox.memory is "0g"; it must be like 512m or 4g'),
    value("sandbox: { disk: lots }", '2: sandbox.disk is "lots"; it must be like 512m or 8g'),
    value(
      "sandbox: { cpus: 0 }",
      "2: sandbox.cpus is 0; give a number above 0 (most processors of one container)",
    ),
    value(
      "sandbox: { cpus: 5000 }",
      "2: sandbox.cpus is 5000; give at most 1024 (most processors of one container)",
    ),
    value(
      'sandbox: { setup: { run: "" } }',
      "2: sandbox.setup.run is empty; give some text (run once, before the tasks: what it adds every slot has)",
    ),
  ]);
});

describe("checks", () => {
  refuses([
    value("checks: [{}]", '2: check "c1" must have exactly one of run, path and rubric'),
    value("checks: [{ guard: true }]", '2: check "c1" must have exactly one of run, path and rubric'),
    value(
      "checks:\n  - { id: a, run: x }\n  - { id: b, run: x, path: y }",
      '4: check "b" must have exactly one of run, path and rubric',
    ),
    value(
      "checks:\n  - run: x\n    rubric: y",
      '3: check "c1" must have exactly one of run, path and rubric',
    ),
    value(
      "checks:\n  - { id: a, run: x }\n  - { id: a, run: y }",
      '4: check id "a" is used twice; rename one',
    ),
    value("checks:\n  - { id: c2, run: x }\n  - { run: y }", '4: check id "c2" is used twice; rename one'),
    value(
      "checks: [{ id: No Spaces, run: x }]",
      '2: checks[0].id is "No Spaces"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    value(
      "checks: [{ id: ../x, run: x }]",
      '2: checks[0].id is "../x"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    value(
      "checks: [{ id: a/b, run: x }]",
      '2: checks[0].id is "a/b"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    value(
      'checks: [{ id: "", run: x }]',
      "2: checks[0].id is empty; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit",
    ),
    value(
      `checks: [{ id: ${"a".repeat(300)}, run: x }]`,
      '2: checks[0].id is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    value(
      "checks: [{ id: \u0430bc, run: x }]",
      '2: checks[0].id is "аbc" (with U+0430); it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    value(
      "checks: [{ id: __proto__, run: x }]",
      '2: checks[0].id is "__proto__"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    value("checks: [{ id: 5, run: x }]", "2: checks[0].id is 5; give text, in quotes"),
    value(
      "checks: [{ id: -a, run: x }]",
      '2: checks[0].id is "-a"; it must be 1 to 40 of a-z, 0-9, - and _, and begin with a letter or digit',
    ),
    value('checks: [{ run: "" }]', "2: checks[0].run is empty; give some text"),
    value("checks: [{ run: [npm, test] }]", "2: checks[0].run is a list; give text"),
    value("checks: [{ run: 5 }]", "2: checks[0].run is 5; give text, in quotes"),
    value("checks: [{ run: x, exit: 256 }]", "2: checks[0].exit is 256; give at most 255"),
    value("checks: [{ run: x, exit: -1 }]", "2: checks[0].exit is -1; give at least 0"),
    value("checks: [{ run: x, exit: zero }]", '2: checks[0].exit is "zero"; give a whole number'),
    value("checks: [{ run: x, timeout_s: 0 }]", "2: checks[0].timeout_s is 0; give a number above 0"),
    value("checks: [{ run: x, timeout_s: 7201 }]", "2: checks[0].timeout_s is 7201; give at most 7200"),
    value("checks: [{ run: x, timeout_s: 2m }]", '2: checks[0].timeout_s is "2m"; give a number'),
    value("checks: [{ run: x, protect: tests }]", '2: checks[0].protect is "tests"; give a list'),
    value(
      "checks: [{ run: x, threshold: 0.5 }]",
      '2: check "c1": threshold goes with rubric, not with run; take it out',
    ),
    value(
      "checks:\n  - { run: x }\n  - path: y\n    exit: 1",
      '5: check "c2": exit goes with run, not with path; take it out',
    ),
    value('checks: [{ path: "" }]', "2: checks[0].path is empty; give some text"),
    value(
      "checks: [{ path: ../secret }]",
      '2: check "c1": path "../secret" leaves the workspace; give it relative, without ..',
    ),
    value(
      "checks: [{ path: /etc/passwd }]",
      '2: check "c1": path "/etc/passwd" leaves the workspace; give it relative, without ..',
    ),
    value(
      "checks: [{ path: a/../../b }]",
      '2: check "c1": path "a/../../b" leaves the workspace; give it relative, without ..',
    ),
    value(
      "checks: [{ path: y, schema: schema.json }]",
      '2: checks[0].schema is "schema.json"; give a mapping of keys to values',
    ),
    value(
      "checks: [{ path: y, schema: [] }]",
      "2: checks[0].schema is an empty list; give a mapping of keys to values",
    ),
    value('checks: [{ rubric: "" }]', "2: checks[0].rubric is empty; give some text"),
    value("checks: [{ rubric: report, threshold: 2 }]", "2: checks[0].threshold is 2; give at most 1"),
    value("checks: [{ rubric: report, threshold: 70% }]", '2: checks[0].threshold is "70%"; give a number'),
    value(
      "checks: [{ rubric: report, schema: {} }]",
      '2: check "c1": schema goes with path, not with rubric; take it out',
    ),
    value("checks: [{ run: x, guard: 1 }]", "2: checks[0].guard is 1; give true or false"),
  ]);
});
