import { blobsContract } from "../../contracts/blobs.contract.ts";
import { journalContract } from "../../contracts/journal.contract.ts";
import { newGround } from "./ground.ts";

journalContract("sqlite", async () => {
  const { open, remove } = await newGround();
  return {
    open: async (failpoint) => {
      const storage = await open(failpoint);
      return { journal: storage.journal, end: storage.close };
    },
    remove,
  };
});

blobsContract("sqlite", async () => {
  const { open, remove } = await newGround();
  return { open: async (failpoint) => (await open(failpoint)).blobs, remove };
});
