import { type MockInstance, vi } from "vitest";

const printing = ["log", "info", "warn", "error", "debug"] as const;
let written: readonly MockInstance[] = [];

/** What stands in the environment must not reach a call. */
export function hostileEnvironment(): void {
  vi.stubEnv("ANTHROPIC_LOG", "debug");
  vi.stubEnv("OPENAI_LOG", "debug");
  vi.stubEnv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1");
  vi.stubEnv("OPENAI_BASE_URL", "http://127.0.0.1:1");
  vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "from-the-environment");
}

/** Keeps what is printed from now on, until mocks are restored. */
export function watchOutput(): void {
  for (const name of printing) vi.spyOn(console, name).mockImplementation(() => undefined);
  written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
}

export const printed = (): readonly unknown[] => [
  ...printing.flatMap((name) => vi.mocked(console[name]).mock.calls),
  ...written.flatMap(({ mock }) => mock.calls),
];
