import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { agentSubject } from "../../../src/cli/evaluation/agent-subject.ts";
import { judgeSubject } from "../../../src/cli/evaluation/judge-subject.ts";
import { openPlace } from "../../../src/cli/evaluation/place.ts";
import { readProject } from "../../../src/edges/project/project-file.ts";
import type { Asking } from "./asking.ts";
import { quietIo } from "./quiet-io.ts";

/** Answers one ask in a process that is to die on the way: `node answer-child.ts FILE`, which holds an `Asking`. */
const { dir, spec, folder, ask, arm } = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as Asking;
const io = quietIo(dir, { ...process.env, DOCKER_HOST: "unix:///no/engine.sock" });
const place = await openPlace(io, await readProject(dir), join(dir, ".harness/evals/one"));
const subjectOf = spec.kind === "agent" ? agentSubject : judgeSubject;
const subject = await subjectOf(place, { folder, spec, arms: { candidate: arm } });
await subject.answer(ask, new AbortController().signal);
await place.close("kept");
