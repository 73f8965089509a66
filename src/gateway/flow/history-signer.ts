import { createHmac } from 'node:crypto';
import { createLruMap, type LruMap } from '../../access/lru-map.ts';
import { callKey } from '../../flow/flow-state.ts';
import type { FlowCall } from '../../flow/history.ts';

/** Things said that are remembered; each costs about 100 bytes. */
const MOST = 200_000;

/**
 * Remembers under a key of its own what the gateway has given to whom as the model's words and calls, so that a history that
 * comes back can be held against it. Nothing is put into answers for it: chat protocols have no place that every client
 * sends back unchanged, and an answer's bytes are the provider's. So it knows what this process has sent, and no other.
 */
export class HistorySigner {
  readonly #key: Buffer;
  readonly #sent: LruMap<string, true>;

  constructor(pepper: Uint8Array, most = MOST) {
    this.#key = createHmac('sha256', pepper).update('parapet signed history v1').digest();
    this.#sent = createLruMap(most);
  }

  /** @param texts of one answer's parts, in order. */
  signTexts(principal: string, texts: readonly string[]): void {
    for (const text of texts) this.#sent.set(this.#mac(principal, 'text', bare(text)), true);
    // Clients join an answer's parts.
    if (texts.length > 1) this.#sent.set(this.#mac(principal, 'text', bare(texts.join(''))), true);
  }

  signCall(principal: string, call: FlowCall): void {
    this.#sent.set(this.#mac(principal, 'call', callKey(call)), true);
  }

  /** True when all of it was sent, each part by itself or all as one. */
  knowsTexts(principal: string, texts: readonly string[]): boolean {
    const known = (text: string): boolean =>
      bare(text) === '' || this.#sent.get(this.#mac(principal, 'text', bare(text))) === true;
    return texts.every(known) || known(texts.join(''));
  }

  knowsCall(principal: string, call: FlowCall): boolean {
    return this.#sent.get(this.#mac(principal, 'call', callKey(call))) === true;
  }

  #mac(principal: string, kind: string, text: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([principal, kind]))
      .update(text)
      .digest('base64');
  }
}

/** Clients trim texts and join them with blanks of their own. */
function bare(text: string): string {
  return text.replace(/\s+/g, '');
}
