// Runs every example of README.md, a line after "$ " with the lines it prints below it, and wants one for each option.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const blocks = readFileSync("README.md", "utf8").matchAll(/^ {4}\$ (.+)\n((?: {4}(?!\$ ).*\n)*)/gm);
const examples = [...blocks].map(([, command, shown]) => ({ command, shown: shown.replaceAll(/^ {4}/gm, "") }));
const faults = examples.flatMap(({ command, shown }) => {
  const { stdout } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  return stdout === shown ? [] : [`$ ${command}\nREADME.md shows:\n${shown}it prints:\n${stdout}`];
});
for (const option of ["--unowned", "--json"]) {
  if (!examples.some(({ command }) => command.includes(option))) faults.push(`README.md has no example of ${option}`);
}
if (faults.length > 0) process.stdout.write(`${faults.join("\n")}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
