import { Agent } from "node:http";
import { statfs } from "node:fs/promises";
import { z } from "zod";
import { imageId } from "../../edges/docker/image.ts";
import { openEngine, refusalOf, statusOf } from "../../edges/docker/engine.ts";
import type { Engine } from "../../edges/docker/engine.ts";
import { openDocker } from "../../edges/docker/open.ts";
import type { OpenedDocker } from "../../edges/docker/open.ts";
import type { GoalFile } from "../../edges/project/goal-file.ts";
import type { ProjectFile } from "../../edges/project/project-file.ts";
import type { Io } from "../io.ts";
import { leftFinding } from "./left-containers.ts";
import { size } from "../view/sizes.ts";
import { whichSandbox } from "../which-sandbox.ts";
import type { SandboxChoice } from "../which-sandbox.ts";
import { stateDir } from "../wire.ts";
import { engineFacts, engineInfo, engineVersion, isSameMachine, roomFinding } from "./engine-facts.ts";
import type { EngineInfo } from "./engine-facts.ts";
import { ok, warns, within, wordsOf, wrong } from "./finding.ts";
import type { Fault, Finding } from "./finding.ts";
import type { Place } from "./place.ts";
import { anyGoal, baseImage, wishedKind } from "./wish.ts";

/** How long the engine may take to say that it is there, what it is, and to try a container. 18 s in all. */
const helloMs = 4000;
const factsMs = 5000;
const trialMs = 9000;

export interface EngineQuestion {
  readonly io: Io;
  readonly project: ProjectFile;
  readonly goal: GoalFile | null;
  /** In words why there is none. */
  readonly place: Place | string;
}

/** Whether an engine answers, what it is, and whether a container of it can work in this project. */
export async function engineFindings(question: EngineQuestion): Promise<readonly Finding[]> {
  const { io, project, goal } = question;
  const kind = wishedKind(project, goal);
  if (kind === "embedded") return [await embeddedFinding(question)];
  const bad = kind === "docker" ? wrong : warns;
  let engine: Engine;
  try {
    engine = await openEngine(io.env);
  } catch (error) {
    return [
      bad(
        "engine",
        `its address cannot be read: ${(error as Error).message}`,
        "set DOCKER_HOST like unix:///var/run/docker.sock",
      ),
    ];
  }
  const leave = hurry(engine);
  try {
    return await questioned(engine, question, bad);
  } finally {
    leave();
  }
}

/** No engine is asked where a person wants none. */
async function embeddedFinding({ io, project, goal }: EngineQuestion): Promise<Finding> {
  try {
    await whichSandbox(io, goal ?? anyGoal(project), project, undefined);
    return ok("sandbox", "embedded: no engine is needed");
  } catch (error) {
    return wrong("sandbox", wordsOf(error), "a run refuses it until then");
  }
}

/**
 * What an engine does not answer in time holds no connection, and so does not keep this process from its end: the
 * library has no other way to give a request up. @returns what closes all that are still open.
 */
function hurry({ docker }: Engine): () => void {
  const modem = docker.modem as { timeout?: number; agent?: Agent; protocol?: string };
  modem.timeout = trialMs;
  const agent = new Agent();
  if (modem.protocol === "http") modem.agent = agent;
  return () => {
    modem.timeout = 1000;
    agent.destroy();
  };
}

async function questioned(engine: Engine, question: EngineQuestion, bad: Fault): Promise<readonly Finding[]> {
  const hello = await helloFinding(engine, bad);
  if (hello.mark !== "ok") return [hello];
  const facts = await askFacts(engine, bad);
  if ("mark" in facts) return [hello, facts];
  const { info, version } = facts;
  const said = [hello, ...engineFacts(info, version, bad), ...(await rootFindings(info))];
  const begun: Finding[] = [];
  const late = (): readonly Finding[] => [
    ...begun,
    bad(
      "container",
      `the trial did not end within ${trialMs / 1000} s`,
      "restart the engine if it stays so slow",
    ),
  ];
  return [...said, ...(await within(trialMs, trialFindings({ engine, info, question, bad, begun }), late))];
}

const concurrencyOf = ({ project, goal }: EngineQuestion): number =>
  goal?.spec.concurrency ?? project.spec.concurrency ?? 3;

async function helloFinding(engine: Engine, bad: Fault): Promise<Finding> {
  try {
    await engine.ask(async (docker) => docker.ping(), helloMs);
    return ok("address", engine.address);
  } catch (error) {
    return silent("address", engine, error, bad);
  }
}

/** What to do depends on why it does not answer. */
function silent(name: string, { address }: Engine, error: unknown, bad: Fault): Finding {
  const status = statusOf(error);
  if (status !== null)
    return bad(
      name,
      `${address} answers ${status}: ${refusalOf(error)}`,
      "look at the engine's log, and restart it",
    );
  const words = wordsOf(error).replace(/; [^;]*docker info$/, "");
  const todo = /EACCES|EPERM/.test(words)
    ? "give yourself the right to it (the group docker), or set DOCKER_HOST to a rootless engine"
    : "start it, or set DOCKER_HOST to where it is; text and table goals do without: sandbox: { kind: embedded }";
  return bad(name, words, todo);
}

interface Facts {
  readonly info: EngineInfo;
  readonly version: z.infer<typeof engineVersion>;
}

async function askFacts(engine: Engine, bad: Fault): Promise<Facts | Finding> {
  try {
    const [info, version] = await Promise.all([
      engine.ask<unknown>(async (docker) => docker.info(), factsMs),
      engine.ask<unknown>(async (docker) => docker.version(), factsMs),
    ]);
    return { info: engineInfo.parse(info), version: engineVersion.parse(version) };
  } catch (error) {
    if (error instanceof z.ZodError)
      return bad(
        "engine",
        `says of itself what no engine says: ${z.prettifyError(error)}`,
        "set DOCKER_HOST to a Docker engine",
      );
    return silent("engine", engine, error, bad);
  }
}

/** Less than this is soon used up by an image. */
const lowBytes = 2 * 2 ** 30;

/** The disk of images and containers, where it is one of this machine. */
async function rootFindings(info: EngineInfo): Promise<readonly Finding[]> {
  const root = info.DockerRootDir ?? "";
  if (root === "" || !isSameMachine(info)) return [];
  const look = async (): Promise<readonly Finding[]> => {
    const { bavail, bsize, files, ffree } = await statfs(root);
    const inodes = files > 0 ? ` · ${ffree} of ${files} inodes` : "";
    const found = `${size(bavail * bsize)} free at ${root}${inodes}`;
    const isLow = bavail * bsize < lowBytes || (files > 0 && ffree < files / 100);
    return [
      isLow
        ? warns("images' disk", found, "make room, as with: docker system prune")
        : ok("images' disk", found),
    ];
  };
  const unknown = (): readonly Finding[] => [];
  // An engine in a virtual machine or namespace names a place that is not here: nothing is known then.
  return within(2000, look().catch(unknown), unknown);
}

interface Trial {
  readonly engine: Engine;
  readonly info: EngineInfo;
  readonly question: EngineQuestion;
  readonly bad: Fault;
  /** What is found on the way, for when the rest comes too late. */
  readonly begun: Finding[];
}
type DockerChoice = Extract<SandboxChoice, { kind: "docker" }>;

async function trialFindings(trial: Trial): Promise<readonly Finding[]> {
  const { engine, question, bad, begun } = trial;
  const { io, project, goal } = question;
  try {
    const choice = await whichSandbox(io, goal ?? anyGoal(project), project, undefined);
    if (choice.kind === "embedded") return begun;
    const image = await imageFinding(engine, choice, bad);
    begun.push(image.finding);
    const some = image.tried ?? (await anyImage(engine));
    if (some !== null) await triedWith(trial, choice, some, image.tried !== null);
    if (image.tried === null)
      begun.push(
        warns(
          "container",
          "not tried: the image is not there yet",
          "harness doctor GOAL makes it and tries one",
        ),
      );
    return begun;
  } catch (error) {
    const words = statusOf(error) === null ? wordsOf(error) : refusalOf(error);
    return [...begun, bad("container", words, "mend it in harness.yaml, or look at the engine's log")];
  }
}

/** Who has no image at all has no container either. */
const anyImage = async (engine: Engine): Promise<string | null> =>
  (await engine.ask(async (docker) => docker.listImages()))[0]?.Id ?? null;

/** What is left behind is asked before a container of ours is made. */
async function triedWith(
  { engine, info, question, bad, begun }: Trial,
  { memory, cpus }: DockerChoice,
  image: string,
  isTheOne: boolean,
): Promise<void> {
  const wanted = { image: { pinned: image }, memory, cpus, project: stateDir(question.project.dir) };
  const opened = await openDocker(engine, wanted, () => undefined);
  begun.push(roomFinding(info, opened.limits, concurrencyOf(question)));
  begun.push(await leftFinding(engine, wanted.project));
  if (isTheOne) begun.push(await containerFinding(opened, question, bad));
}

/** `tried`: the id of an image that is there and can be tried; null: there is none. */
interface ImageLook {
  readonly finding: Finding;
  readonly tried: string | null;
}

async function imageFinding(engine: Engine, { image, called }: DockerChoice, bad: Fault): Promise<ImageLook> {
  if ("dockerfile" in image) return dockerfileFinding(engine, image.dockerfile, called, bad);
  const name = "name" in image ? image.name : image.pinned;
  const tried = await imageId(engine, name);
  const finding =
    tried === null
      ? warns("image", `${name} is not there: the first run pulls it`, `docker pull ${name}`)
      : ok("image", `${name}, ${tried.slice(0, 19)}`);
  return { finding, tried };
}

/** What is built has no name, so that only a build can tell whether it is there. Its base is tried instead. */
async function dockerfileFinding(
  engine: Engine,
  path: string,
  called: string,
  bad: Fault,
): Promise<ImageLook> {
  const base = await baseImage(path);
  if (base === null)
    return {
      finding: bad("image", `there is no ${called}`, "write it, or mend sandbox.dockerfile"),
      tried: null,
    };
  const tried = base === "" ? null : await imageId(engine, base);
  const stands = base === "" ? "" : ` on ${base}, which is ${tried === null ? "pulled then" : "there"}`;
  return { finding: ok("image", `${called}, built when a run starts${stands}`), tried };
}

/** A container over a directory of the project, opened as a worker's would be. */
async function containerFinding(
  { sandbox, owner }: OpenedDocker,
  { project, place }: EngineQuestion,
  bad: Fault,
): Promise<Finding> {
  if (typeof place === "string")
    return bad(
      "container",
      `not tried: nothing can be made in ${project.dir} (${place})`,
      "give yourself the right to write there",
    );
  const opened = await sandbox.open(`doctor/${process.pid}`, await place.ownedBy(owner));
  if ("broken" in opened)
    return bad(
      "container",
      opened.broken,
      "share the project's directory with the engine's machine, or work on that machine",
    );
  await opened.close();
  return ok("container", "starts, shares the project's directory, and a worker may write there");
}
