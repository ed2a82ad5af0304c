/** What `harness init` writes: path relative to the project, and text. `.gitignore` is not among them. */
export const firstFiles: readonly (readonly [path: string, text: string])[] = [
  [
    "harness.yaml",
    `# yaml-language-server: $schema=schemas/harness.json
# What holds for every goal of this project. All of it is optional; a goal file's own front matter wins.
# model: anthropic/<model>       # for all roles, or:
# models: { planner: anthropic/<model>, worker: anthropic/<model>, evaluator: openai/<model> }
budget: { money: 5, wall: 2h } #   the most one run may spend, in US dollars and time at work
# concurrency: 3                 # tasks at work at once
# What no worker ever sees. It replaces the default list (.env*, keys, .npmrc, .netrc, secrets/, …): name those, too.
# workspace: { exclude: [".env*", "*.key", "*.pem", ".npmrc", ".netrc", "secrets/", "private/"] }
# approvals: { ask_from: network } # ask a person from this risk on
# traces: { content: metadata }    # what traces tell where LANGFUSE_… or OTEL_… name a server; full to Langfuse if left out, or none
`,
  ],
  [
    "goal.md",
    `---
# yaml-language-server: $schema=schemas/goal.json
workspace: . # what to work on; your files stay as they are until you export the result
checks: # the goal is met when all of these hold
  - { id: overview, path: OVERVIEW.md }
  - { id: short, run: test "$(wc -l < OVERVIEW.md)" -le 80 }
  - id: links
    run: |
      links=$(grep -o '](\\./[^) ]*)' OVERVIEW.md | tr -d ']()')
      test -n "$links" || { echo "no link like [text](./path)"; exit 1; }
      echo "$links" | while read -r path; do
        test -e "$path" || { echo "$path is not there"; exit 1; }
      done
  - { id: reads-well, rubric: overview }
budget: { money: 2 }
---
# An overview of this project

Write \`OVERVIEW.md\` for someone who sees this project for the first time: what it is for, what is where, what to read
first, and how to run, test and change it. At most 80 lines.

Say only what the files show, and link each file or folder you speak of, like \`[the goal](./goal.md)\`.
Where something cannot be told from the files, say so. Change nothing else.
`,
  ],
  [
    "rubrics/overview.yaml",
    `# yaml-language-server: $schema=../schemas/rubric.json
# How the evaluator judges by reading. A check names it: { id: reads-well, rubric: overview }
rubric: overview
threshold: 0.7
criteria:
  - id: true-to-the-files
    weight: 3
    ask: Is everything it says borne out by the files?
    levels: { 0: something is invented or wrong, 1: all of it can be found there }
    must: 1 # a score below this fails the whole rubric
  - id: useful
    weight: 2
    ask: Could a newcomer find their way and make a first change with it alone?
    levels: { 0: "no", 0.5: after some searching, 1: at once }
`,
  ],
  [
    "prompts/README.md",
    `# Prompts

Empty: the prompts that come with harness are used. A file here takes the place of the one of the same name:
\`planner.prompt\`, \`worker.prompt\` or \`evaluator.prompt\`. Start from a copy of the original.
`,
  ],
  [
    "tasks/README.md",
    `# Tasks

The place for suites: cases on which a prompt, model or rubric is compared with production before it takes its place, one
folder for each suite. \`harness suite new NAME --target prompt:worker\` makes one; \`harness eval NAME\` evaluates.

For the prompts that come with harness there are suites in the folder \`tasks\` of its package (\`worker\`, \`planner\`, \`evaluator\`):
copy one here to begin with, and add tasks of your own runs: \`harness suite add worker --from-run RUN --task ID\`.
`,
  ],
  [
    "sandbox/Dockerfile",
    `# The programs workers have when they work in containers: this file is built before a run, and what has not changed
# since is not built again. Delete it to use the one that comes with harness; this is a copy of it.
#
# Tasks have no network, and their system is read-only: whatever they need must be in here. Add Debian packages to the
# list (golang, default-jdk-headless, build-essential, …), or lines of your own below it:
#   COPY tool.sh /usr/local/bin/tool
#   RUN npm install --global pnpm@10
# Commands run as a user that has no name here, with an empty HOME: install for all users, not into a home.
FROM debian:bookworm-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
    bash ca-certificates git jq make nodejs npm patch procps python-is-python3 python3 python3-venv ripgrep \\
 && rm -rf /var/lib/apt/lists/*
# A workspace may belong to another user, and a commit needs an author.
RUN git config --system safe.directory '*' \\
 && git config --system user.name worker \\
 && git config --system user.email worker@localhost
`,
  ],
];
