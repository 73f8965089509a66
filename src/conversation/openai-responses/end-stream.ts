import type { Usage } from '../../core/usage.ts';
import type { Conversation } from '../conversation.ts';
import { openaiError } from '../error-body.ts';
import { secondsIn } from '../frame-view.ts';
import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import { frameText } from '../sse/write-frame.ts';
import type { StreamEnd } from '../surface.ts';
import type { ClientView } from './client-view.ts';
import { RESPONSE_ENVELOPE } from './response.ts';
import { usageBody } from './usage.ts';

/** What is known beside what the client has seen. */
export interface Behind {
  readonly conversation: Conversation;
  /** The response as the provider began it, sent or not. */
  readonly head: JsonRecord | null;
  /** The last usage that the provider reported. */
  readonly usage: Usage | null;
}

/**
 * Frames that end a Responses stream for a client that has seen `client`: open parts and items are closed with the text
 * that was sent, and the last event carries a whole response. Says nothing of what was held back.
 */
export function endStream(client: ClientView, how: StreamEnd, requestId: string, behind: Behind): string {
  if (client.ended) return '';
  client.ended = true;
  const ending = new Ending(client, requestId, behind);
  if (how.kind === 'error') {
    const error = openaiError(how.fault);
    // Helpers take the event, iterators throw on the frame behind it.
    return (client.head === null ? '' : ending.fail(error.message)) + frameText('', { error });
  }
  let text = client.head === null ? ending.begin() : '';
  text += ending.closeOpen();
  if (how.kind === 'refusal')
    return text + ending.refuse(how.message) + ending.incomplete('content_filter', behind.usage);
  return text + ending.incomplete('max_output_tokens', how.usage);
}

class Ending {
  readonly #client: ClientView;
  readonly #requestId: string;
  readonly #behind: Behind;

  constructor(client: ClientView, requestId: string, behind: Behind) {
    this.#client = client;
    this.#requestId = requestId;
    this.#behind = behind;
  }

  begin(): string {
    const response = { ...this.#response(), output: [] };
    this.#client.head = response;
    return this.#write('response.created', { response }) + this.#write('response.in_progress', { response });
  }

  /** Ends the parts and items that the client has open, with the text that it has seen. */
  closeOpen(): string {
    const client = this.#client;
    let text = '';
    for (const index of [...client.openItems].sort((a, b) => a - b)) {
      const item = client.items.get(index)!;
      const content = Array.isArray(item['content']) ? (item['content'] as unknown[]) : [];
      for (const [content_index, part] of content.entries()) {
        if (!isRecord(part) || !client.openParts.has(`${index}/${content_index}`)) continue;
        const place = { item_id: stringOr(item['id'], ''), output_index: index, content_index };
        text += this.#closeText(part, place) + this.#write('response.content_part.done', { ...place, part });
      }
      item['status'] = 'incomplete';
      text += this.#write('response.output_item.done', { output_index: index, item });
    }
    client.openItems.clear();
    client.openParts.clear();
    return text;
  }

  #closeText(part: JsonRecord, place: JsonRecord): string {
    const text = stringOr(part['text'], '');
    switch (part['type']) {
      case 'output_text':
        return this.#write('response.output_text.done', { ...place, text, logprobs: [] });
      case 'refusal':
        return this.#write('response.refusal.done', { ...place, refusal: stringOr(part['refusal'], '') });
      case 'reasoning_text':
        return this.#write('response.reasoning_text.done', { ...place, text });
      default:
        return '';
    }
  }

  /** A message of one refusal part that says why the answer ends here. */
  refuse(refusal: string): string {
    const output_index = Math.max(-1, ...this.#client.items.keys()) + 1;
    const id = `msg_${this.#requestId}`;
    const part = { type: 'refusal', refusal };
    const begun = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
    const item = { ...begun, status: 'completed', content: [part] };
    const place = { item_id: id, output_index, content_index: 0 };
    this.#client.items.set(output_index, item);
    return (
      this.#write('response.output_item.added', { output_index, item: begun }) +
      this.#write('response.content_part.added', { ...place, part: { type: 'refusal', refusal: '' } }) +
      this.#write('response.refusal.delta', { ...place, delta: refusal }) +
      this.#write('response.refusal.done', { ...place, refusal }) +
      this.#write('response.content_part.done', { ...place, part }) +
      this.#write('response.output_item.done', { output_index, item })
    );
  }

  incomplete(reason: 'content_filter' | 'max_output_tokens', usage: Usage | null): string {
    const ended = { status: 'incomplete', error: null, incomplete_details: { reason } };
    return this.#write('response.incomplete', {
      response: {
        ...this.#response(),
        ...ended,
        output: this.#output(),
        usage: usage === null ? null : usageBody(usage),
      },
    });
  }

  fail(message: string): string {
    // `server_error` is the enumeration's word for "not the model's doing"; the error frame says what it was.
    const ended = { status: 'failed', error: { code: 'server_error', message }, incomplete_details: null };
    return this.#write('response.failed', {
      response: { ...this.#response(), ...ended, output: this.#output(), usage: null },
    });
  }

  #output(): JsonRecord[] {
    return [...this.#client.items].sort(([a], [b]) => a - b).map(([, item]) => item);
  }

  #write(type: string, members: JsonRecord): string {
    const sequence = ++this.#client.sequence;
    return frameText(type, { type, ...members, sequence_number: sequence });
  }

  /**
   * The response object as the client knows it, or one made from the request. Of the provider's, only members that hold
   * no text of the model's: the rest may be what was held back.
   */
  #response(): JsonRecord {
    const head = this.#client.head ?? this.#behind.head;
    if (head !== null) return Object.fromEntries(Object.entries(head).filter(([key]) => RESPONSE_ENVELOPE.has(key)));
    const { model, maxOutputTokens } = this.#behind.conversation;
    return {
      id: `resp_${this.#requestId}`,
      object: 'response',
      created_at: secondsIn(this.#requestId),
      status: 'in_progress',
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: maxOutputTokens,
      metadata: {},
      model,
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      truncation: 'disabled',
      usage: null,
      user: null,
    };
  }
}
