export type Environment = Readonly<Record<string, string | undefined>>;

/** Where traces go, and how. */
export interface Target {
  readonly kind: "langfuse" | "otlp";
  /** As told to people. Holds no key. */
  readonly name: string;
  /** Names it in `traces.db`: another server or project begins anew. */
  readonly key: string;
  readonly tracesUrl: string;
  /** null: scores become spans. */
  readonly scoresUrl: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly isGzip: boolean;
  /** Of one request. */
  readonly timeoutMs: number;
  /** Of all that is sent, by the names of OpenTelemetry. */
  readonly resource: Readonly<Record<string, string>>;
  /** Stage of work, like `production`; null: the server's default. */
  readonly environment: string | null;
  readonly release: string | null;
  /** What nobody may read: to be redacted in what the server answers, too. */
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
}
