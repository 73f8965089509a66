import type { ResponseView } from '../conversation/surface.ts';
import { inspectAnswer } from '../guard/inspect-answer.ts';
import { spliceJson } from '../text/json/splice-json.ts';
import type { Answer } from './answer.ts';
import { everyString } from './every-string.ts';
import { namesOurKey, upstreamAuth } from './provider-key.ts';
import { restoreAnswer } from '../guard/restore-answer.ts';
import type { Exchange } from './exchange.ts';
import { restoringOf } from './exchange-vault.ts';
import { requireReadable, unexpected } from './readable-answer.ts';

/** Bytes of a provider's error. */
const MAX_ERROR = 1024 * 1024;

/** A provider's error goes on as it is, less what a rule forbids, unless it speaks of our key or contains it. */
export async function relayError(exchange: Exchange, answer: Answer): Promise<void> {
  const draft = exchange.draft;
  requireReadable(answer);
  let bytes = await exchange.untilGone(answer.collect(MAX_ERROR));
  if (answer.status === 401 || answer.status === 403) throw upstreamAuth(answer.upstream.id, 'refused its credential');
  if (exchange.namesOurKey(bytes)) throw namesOurKey(answer.upstream.id);
  let body: unknown;
  try {
    body = exchange.readAnswer(bytes, MAX_ERROR);
  } catch {
    // A page of some proxy on the way: no SDK can read it, and no rule has.
    throw unexpected(answer, `answered with status ${answer.status} and something that is not JSON`);
  }
  draft.microUsd = exchange.settle(
    answer.status === 429 || answer.status >= 500 ? null : { inputTokens: 0, outputTokens: 0, estimated: true },
  );
  // It may quote the request as the provider saw it.
  let view: ResponseView;
  ({ bytes, body, view } = restoreAnswer(restoringOf(exchange), bytes, body, everyString(body), everyString));
  const { edits } = await inspectAnswer(exchange.rules, body, view, draft.log);
  exchange.stopIfTold('output');
  if (edits.length > 0) bytes = Buffer.from(spliceJson(bytes.toString('utf8'), edits), 'utf8');
  draft.outcome = 'failed';
  draft.fault = unexpected(answer, `answered with status ${answer.status}`);
  const headers = exchange.headersOf(answer);
  await exchange.record(answer.status, bytes.length);
  exchange.client.send(answer.status, headers, bytes);
}
