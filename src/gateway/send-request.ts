import { Fault, isFault } from '../core/fault.ts';
import { Answer } from './answer.ts';
import type { Candidate } from './candidates.ts';
import { upstreamHeaders, upstreamRequestId } from './headers.ts';
import type { Exchange } from './exchange.ts';
import { CLIENT_GONE } from './client-gone.ts';

/** Answers of providers that another upstream may do better. */
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504, 529]);

/** Tries the candidates in order until one begins to answer. */
export async function sendRequest(
  exchange: Exchange,
  candidates: readonly Candidate[],
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  bodyFor: (candidate: Candidate) => Uint8Array | null,
): Promise<Answer> {
  const draft = exchange.draft;
  for (const [index, candidate] of candidates.entries()) {
    if (exchange.client.gone) throw CLIENT_GONE;
    const { upstream } = candidate;
    const last = index === candidates.length - 1;
    draft.upstream = upstream.id;
    draft.sent();
    const answer = new Answer(upstream);
    exchange.answer = answer;
    const gone = new Promise<never>((_, reject) => {
      exchange.client.onGone(() => {
        answer.abort();
        reject(CLIENT_GONE);
      });
    });
    gone.catch(() => {});
    answer.send({
      method,
      path: path + exchange.query,
      headers: upstreamHeaders(exchange.client.request.headers, upstream.config),
      body: bodyFor(candidate),
    });
    try {
      await Promise.race([answer.opened, gone]);
    } catch (error) {
      if (isFault(error) && !last) continue;
      throw error;
    }
    draft.answered();
    if (RETRYABLE.has(answer.status) && !last) {
      answer.abort();
      continue;
    }
    draft.upstreamRequestId = upstreamRequestId(answer.headers);
    return answer;
  }
  throw new Fault('ERR_UPSTREAM_UNREACHABLE', 'No upstream could be reached.');
}
