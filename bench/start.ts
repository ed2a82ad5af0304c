import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inTurn, timed } from "./figures.ts";
import type { Bench, Figure } from "./figures.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Packs the project, installs the package elsewhere, and starts it there. */
export const start: Bench = async (say) => {
  const dir = mkdtempSync(join(tmpdir(), "harness-start-"));
  try {
    say("npm pack, npm install");
    execFileSync("npm", ["pack", "--silent", "--pack-destination", dir], {
      cwd: root,
      stdio: ["ignore", "ignore", 2],
    });
    const [tarball = ""] = readdirSync(dir);
    writeFileSync(join(dir, "package.json"), "{}");
    execFileSync("npm", ["install", "--silent", "--prefer-offline", "--no-audit", "--no-fund", tarball], {
      cwd: dir,
      stdio: ["ignore", "ignore", 2],
    });
    const bin = join(dir, "node_modules", "harness", "bin", "harness.cjs");
    return [
      await compare("harness --version", [bin, "--version"], 1.5),
      await compare("harness --help", [bin, "--help"], 2.5),
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
};

async function compare(name: string, args: readonly string[], aim: number): Promise<Figure> {
  const { first, second } = await inTurn(
    25,
    async () => timed(() => node(args)),
    async () => timed(() => node(["-e", "0"])),
  );
  return { name, value: first, floor: second, unit: "ms", aim };
}

function node(args: readonly string[]): void {
  const done = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (done.status !== 0) throw new Error(`node ${args.join(" ")} ended with ${done.status}`);
}
