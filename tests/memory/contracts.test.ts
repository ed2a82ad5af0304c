import { answersContract } from "../contracts/answer-store.contract.ts";
import { blobsContract } from "../contracts/blobs.contract.ts";
import { journalContract } from "../contracts/journal.contract.ts";
import { MemoryAnswers } from "./answer-store.ts";
import type { AnswerDisk } from "./answer-store.ts";
import { memoryBlobs } from "./blobs.ts";
import type { BlobDisk } from "./blobs.ts";
import { journalDisk, memoryJournal } from "./journal.ts";

for (const checked of [false, true]) {
  journalContract(`memory${checked ? ", checked" : ""}`, async () => {
    const disk = journalDisk();
    return {
      open: async (failpoint = () => {}) => {
        const journal = memoryJournal({ disk, failpoint, checked });
        return { journal, end: async () => journal.crash() };
      },
      remove: async () => {},
    };
  });
}

blobsContract("memory", async () => {
  const disk: BlobDisk = new Map();
  return { open: async (failpoint = () => {}) => memoryBlobs({ disk, failpoint }), remove: async () => {} };
});

answersContract("memory", async () => {
  const disk: AnswerDisk = new Map();
  return {
    open: async (failpoint = () => {}) => {
      const store = new MemoryAnswers({ disk, failpoint });
      return { store, end: async () => store.crash() };
    },
    remove: async () => {},
  };
});
