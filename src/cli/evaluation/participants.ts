import type { Subject } from "../../evals/subject/subject.ts";
import type { Kept } from "../kept-secrets.ts";
import { agentSubject } from "./agent-subject.ts";
import { withoutSecrets } from "./answer-store.ts";
import { isJudgedByLoop, judgeSubject } from "./judge-subject.ts";
import { loopParticipants } from "./loop-participants.ts";
import type { Participants, Participating } from "./participating.ts";
import { promptParticipants } from "./prompt-participants.ts";
import { rubricParticipants } from "./rubric-participants.ts";
import type { World } from "./world.ts";

/** @throws Refused for what keeps answers from being asked for or scored */
export async function participants(world: World, asked: Participating): Promise<Participants> {
  const found = await ofKind(world, asked);
  return { ...found, subject: redacted(found.subject, world.kept) };
}

/** Scores, reports and receipts are of the answer as it is kept, whenever it was asked for. */
const redacted = (subject: Subject, { redaction }: Kept): Subject => ({
  ...subject,
  answer: async (ask, signal, attempt) =>
    withoutSecrets(await subject.answer(ask, signal, attempt), redaction),
});

async function ofKind(world: World, asked: Participating): Promise<Participants> {
  switch (asked.suite.spec.kind) {
    case "prompt":
      return promptParticipants(world, asked);
    case "agent":
      return loopParticipants(world, asked, agentSubject);
    case "judge":
      return isJudgedByLoop(asked.suite.spec.target)
        ? loopParticipants(world, asked, judgeSubject)
        : rubricParticipants(world, asked);
  }
}
