import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import { DELTAS, DONES, TERMINAL, WHOLE } from './stream-events.ts';

type Open = Record<string, unknown>;

/**
 * What the client has been sent of a response so far: the response object as the provider began it, the output items
 * with their text, and the last sequence number. From this a stream can be ended with a whole response.
 */
export class ClientView {
  /** The response as last sent, without its output; null before the first event. */
  head: JsonRecord | null = null;
  sequence = -1;
  ended = false;
  readonly items = new Map<number, Open>();
  /** Items without `output_item.done`, and parts (`0/1`) without `content_part.done`. */
  readonly openItems = new Set<number>();
  readonly openParts = new Set<string>();

  see(data: JsonRecord): void {
    const type = stringOr(data['type'], '');
    if (typeof data['sequence_number'] === 'number') this.sequence = data['sequence_number'];
    if (type === 'error' || data['error'] !== undefined || TERMINAL.has(type)) this.ended = true;
    if (WHOLE.has(type) && isRecord(data['response'])) this.head = data['response'];

    const index = typeof data['output_index'] === 'number' ? data['output_index'] : 0;
    if (type === 'response.output_item.added' && isRecord(data['item'])) {
      this.items.set(index, structuredClone(data['item']));
      this.openItems.add(index);
      return;
    }
    if (type === 'response.output_item.done' && isRecord(data['item'])) {
      this.items.set(index, data['item']);
      this.openItems.delete(index);
      for (const part of this.openParts) if (part.startsWith(`${index}/`)) this.openParts.delete(part);
      return;
    }
    const item = this.items.get(index);
    if (item !== undefined && this.openItems.has(index)) this.#into(item, index, type, data);
  }

  #into(item: Open, index: number, type: string, data: JsonRecord): void {
    const place = Number(data['content_index'] ?? data['summary_index'] ?? 0);
    const list = data['summary_index'] === undefined ? 'content' : 'summary';
    // Parts come one after the other. One far beyond the last would make a list of thousands that never were.
    if (!Number.isSafeInteger(place) || place < 0 || place > lengthOf(item[list])) return;
    if (/^response\.(content|reasoning_summary)_part\.(added|done)$/.test(type)) {
      if (!isRecord(data['part'])) return;
      const parts = listOf(item, list);
      parts[place] = type.endsWith('added') ? structuredClone(data['part']) : data['part'];
      if (list === 'content') {
        if (type.endsWith('added')) this.openParts.add(`${index}/${place}`);
        else this.openParts.delete(`${index}/${place}`);
      }
      return;
    }
    const known = DELTAS.get(type) ?? DONES.get(type);
    const text = known === undefined ? undefined : data[known.member];
    if (known === undefined || typeof text !== 'string') return;
    const member = memberOf(known.slot);
    if (member === null) return;
    const holder = known.slot.includes('#') ? partAt(listOf(item, list), place, known.slot) : item;
    holder[member] = DONES.has(type) ? text : stringOr(holder[member], '') + text;
  }
}

/** The member of the item or part that a slot's text ends up in; null for those that only `output_item.done` brings. */
function memberOf(slot: string): string | null {
  if (slot.includes('#command') || slot === 'transcript') return null;
  if (slot === '#content/refusal') return 'refusal';
  return slot.includes('#') ? 'text' : slot;
}

const PART_TYPES: Readonly<Record<string, string>> = {
  '#content/text': 'output_text',
  '#content/refusal': 'refusal',
  '#content/reasoning': 'reasoning_text',
  'summary/#summary': 'summary_text',
};

function partAt(parts: unknown[], place: number, slot: string): Open {
  const found = parts[place];
  if (isRecord(found)) return found;
  const part: Open = { type: PART_TYPES[slot] ?? 'output_text' };
  if (part['type'] === 'output_text') Object.assign(part, { text: '', annotations: [] });
  parts[place] = part;
  return part;
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function listOf(item: Open, key: string): unknown[] {
  if (!Array.isArray(item[key])) item[key] = [];
  return item[key] as unknown[];
}
