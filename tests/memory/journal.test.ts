import { describe, expect, it } from "vitest";
import { all, last, note, sealed } from "../contracts/journal.contract.ts";
import { copyJournal, Crashed, journalDisk, memoryJournal } from "./journal.ts";

const first = sealed("aaaa", null, [note("1")]);
const second = sealed("aaaa", last(first), [note("2")]);

describe("a crash of the memory journal", () => {
  it("loses what was not committed and everything the dead process asks for afterwards", async () => {
    const journal = memoryJournal();
    await journal.append("aaaa", null, first);
    await journal.own("aaaa");
    const lost = journal.append("aaaa", last(first), second);
    journal.crash();
    await expect(lost).rejects.toThrow(Crashed);
    await expect(journal.append("aaaa", last(first), second)).rejects.toThrow(Crashed);
    await expect(journal.runs()).rejects.toThrow(Crashed);
    const next = memoryJournal({ disk: journal.disk });
    expect(await next.own("aaaa")).toHaveProperty("owned");
    expect(await all(next.read("aaaa", 0))).toEqual(first);
  });
});

describe("a copy of its disk", () => {
  it("has a history of its own from there on", async () => {
    const disk = journalDisk();
    const journal = memoryJournal({ disk });
    await journal.append("aaaa", null, first);
    await journal.own("aaaa");
    const copy = memoryJournal({ disk: copyJournal(disk) });
    expect(await copy.own("aaaa")).toHaveProperty("owned");
    await journal.append("aaaa", last(first), second);
    expect(await all(copy.read("aaaa", 0))).toEqual(first);
    await copy.append("aaaa", last(first), second);
    expect(await all(copy.read("aaaa", 0))).toEqual(await all(journal.read("aaaa", 0)));
  });
});
