import type { Conversation } from '../conversation/conversation.ts';
import type { Surface } from '../conversation/surface.ts';
import { isFault } from '../core/fault.ts';
import type { Answer } from './answer.ts';
import { type CallStops, callStops } from '../conversation/call-stops.ts';
import { GatedStream } from './flow/gated-stream.ts';
import { restoreText } from '../guard/restorer.ts';
import type { Spending } from './spending.ts';
import { StreamAnswer } from './stream-answer.ts';
import type { Exchange } from './exchange.ts';
import { keepVault, restoringOf } from './exchange-vault.ts';
import { keptUnder, noteAnswer, rememberTurn } from './remember-answer.ts';
import { requireReadable } from './readable-answer.ts';
import type { AskAgain } from './ask-again.ts';
import { RETRIEVAL } from './retrieval.ts';
import { carriesHistory } from './carries-history.ts';

/** A streamed answer: inspected while it passes. */
export async function relayStream(
  exchange: Exchange,
  answer: Answer,
  surface: Surface,
  conversation: Conversation,
  inputTokens: number,
  addsUsage: boolean,
  again: AskAgain | null = null,
): Promise<void> {
  const stops = callStops(surface.id);
  const gate = exchange.gate;
  const restoring = restoringOf(exchange);
  const stream = new StreamAnswer({
    calls:
      gate === null || stops === null
        ? null
        : {
            gate,
            stream: new GatedStream(gate, stops, {
              maxHeld: exchange.generation.loaded.config.guard.maxHeld,
              restore: (text) => (restoring === undefined ? text : restoreText(restoring, 'tool-arguments', text)),
            }),
            kept: conversation === RETRIEVAL ? () => [] : keptUnder(conversation),
            // The id of a kept answer is out before its calls are; one that goes on with it would be kept under another.
            again: again === null || exchange.kept ? null : (...asked) => streamAgain(exchange, again, ...asked),
          },
    gateway: exchange.gateway,
    generation: exchange.generation,
    rules: exchange.rules,
    client: exchange.client,
    draft: exchange.draft,
    answer,
    reader: surface.createStreamReader!(conversation),
    spending: exchange.spending,
    inputTokens,
    dropUsage: addsUsage,
    headers: () => exchange.headersOf(answer),
    dialect: exchange.dialect,
    settle: (usage) => exchange.settle(usage),
    keepText: carriesHistory(surface.id),
    restoring,
    keepVault: (object) => keepVault(exchange, object, 'output'),
  });
  await stream.run();
  if (exchange.draft.outcome === 'served') noteAnswer(exchange, conversation, stream.said());
  if (stream.id !== null) rememberTurn(exchange, stream.id, conversation, stream.spoke);
}

/**
 * Asks the model once more for a stream.
 * @returns null where it cannot be asked or gives none: then the reservation of before is in force again.
 */
async function streamAgain(
  exchange: Exchange,
  again: AskAgain,
  stops: CallStops,
  said: unknown,
  errors: ReadonlyMap<string, string>,
): Promise<{ readonly answer: Answer; readonly spending: Spending | null } | null> {
  const { upstreamRequestId } = exchange.draft;
  const before = exchange.spending;
  let kept = false;
  try {
    const answer = await again(stops, said, errors);
    const type = String(answer?.headers['content-type'] ?? '');
    if (answer !== null && answer.status < 300 && type.startsWith('text/event-stream')) {
      requireReadable(answer);
      kept = true;
      // The counts of both come at the end, together; the request is counted now.
      before?.settle({ inputTokens: 0, outputTokens: 0, estimated: false });
      return { answer, spending: exchange.spending };
    }
    answer?.abort();
  } catch (error) {
    if (!isFault(error)) throw error;
    exchange.gateway.log.warn({ err: error, request: exchange.draft.id }, 'the model could not be asked again');
  } finally {
    if (!kept && exchange.spending !== before) {
      exchange.spending?.settle(null);
      exchange.spending = before;
    }
  }
  exchange.draft.upstreamRequestId = upstreamRequestId;
  return null;
}
