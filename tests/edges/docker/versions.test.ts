import { describe, expect, test } from "vitest";
import { knownFaults } from "../../../src/edges/docker/versions.ts";
import type { EngineVersions } from "../../../src/edges/docker/versions.ts";

const sound: EngineVersions = {
  engine: "29.3.1",
  containerd: "2.2.0",
  runc: "1.3.3",
  hasAuthorization: false,
};
const namesOf = (versions: Partial<EngineVersions>): readonly string[] =>
  knownFaults({ ...sound, ...versions }).flatMap(({ names }) => names);

const leak = ["CVE-2024-21626"];
const masked = ["CVE-2025-31133", "CVE-2025-52565", "CVE-2025-52881"];

describe("runc", () => {
  test.each([
    ["1.0.0-rc92", masked],
    ["1.0.0-rc93", [...leak, ...masked]],
    ["1.0.0~rc93+ds1", [...leak, ...masked]],
    ["1.4.0~rc2+ds1", masked],
    ["1.1.5+ds1-1+deb12u1", [...leak, ...masked]],
    ["v1.1.11-0-g4bccb38", [...leak, ...masked]],
    ["1.1.12", masked],
    ["1.2.0-rc.1", masked],
    ["1.2.7", masked],
    ["1.2.8", []],
    ["1.2.10", []],
    ["1.3.0-rc.1", masked],
    ["1.3.2", masked],
    ["1.3.3", []],
    ["1.4.0-rc.2", masked],
    ["1.4.0-rc.3", []],
    ["1.4.0", []],
    ["2.0.0", []],
  ])("%s", (runc, names) => {
    expect(namesOf({ runc })).toEqual(names);
  });
});

describe("containerd", () => {
  test.each([
    ["1.6.20~ds1-1+deb12u3", true],
    ["1.7.28", true],
    ["1.7.29", false],
    ["2.0.6", true],
    ["2.0.7", false],
    ["2.1.4", true],
    ["2.1.5", false],
    ["2.2.0-rc.1", true],
    ["2.2.0", false],
  ])("%s: %s", (containerd, isFaulty) => {
    expect(namesOf({ containerd })).toEqual(isFaulty ? ["CVE-2024-25621"] : []);
  });
});

describe("the engine, where it asks authorization plugins", () => {
  const [old, half] = ["CVE-2024-41110", "CVE-2026-34040"];
  test.each([
    ["18.09.1", [half]],
    ["20.10.24+dfsg1", [old, half]],
    ["25.0.5", [old, half]],
    ["25.0.6", [half]],
    ["27.1.1", [half]],
    ["29.3.0", [half]],
    ["29.3.1", []],
  ])("%s", (engine, names) => {
    expect(namesOf({ engine, hasAuthorization: true })).toEqual(names);
    expect(namesOf({ engine })).toEqual([]);
  });
});

test("a fault says which version of the same series mends it", () => {
  const [fault] = knownFaults({ ...sound, runc: "1.3.1" });
  expect(fault).toMatchObject({ part: "runc", mendedIn: "1.3.3" });
});

test("what is no version has no known faults", () => {
  expect(namesOf({ engine: null, containerd: "", runc: "HEAD", hasAuthorization: true })).toEqual([]);
});
