import type { CallStops, Notices } from '../conversation/call-stops.ts';
import type { Dialect, StreamReader } from '../conversation/surface.ts';
import type { Usage } from '../core/usage.ts';
import type { Restoring } from '../guard/restorer.ts';
import type { Rule } from '../guard/rule.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import type { ExchangeDraft } from './exchange-draft.ts';
import type { CallGate } from './flow/call-gate.ts';
import type { GatedStream } from './flow/gated-stream.ts';
import type { Gateway } from './gateway.ts';
import type { Generation } from './generation.ts';
import type { Spending } from './spending.ts';

/** What a streamed answer is made of, and who is told of it. */
export interface StreamAnswerParts {
  /** What decides its tool calls; null where nothing does. */
  readonly calls: {
    readonly gate: CallGate;
    readonly stream: GatedStream;
    /** Names under which a later request can go on with the answer. */
    readonly kept: (id: string | null) => readonly string[];
    /** Asks the model again behind its own answer; null where it cannot be asked. */
    readonly again:
      | ((
          stops: CallStops,
          said: unknown,
          errors: Notices,
        ) => Promise<{ readonly answer: Answer; readonly spending: Spending | null } | null>)
      | null;
  } | null;
  readonly gateway: Gateway;
  readonly generation: Generation;
  /** The generation's rules as they hold in this exchange. */
  readonly rules: readonly Rule[];
  readonly client: Client;
  readonly draft: ExchangeDraft;
  readonly answer: Answer;
  readonly reader: StreamReader;
  readonly spending: Spending | null;
  readonly inputTokens: number;
  /** The usage chunk was asked for by the gateway: the client does not get it. */
  readonly dropUsage: boolean;
  readonly headers: () => Record<string, string | string[]>;
  readonly dialect: Dialect;
  readonly settle: (usage: Usage) => number | null;
  /** What was said is asked for afterwards, whether or not it is kept. */
  readonly keepText: boolean;
  /** Values that go back to the client. */
  readonly restoring: Restoring | undefined;
  /** Told of the answer's id before anything of the answer leaves. */
  readonly keepVault: (object: string) => Promise<void>;
}

/** A later request can go on with the answer. */
export function keeps({ calls }: StreamAnswerParts): boolean {
  return calls !== null && calls.kept('').length > 0;
}
