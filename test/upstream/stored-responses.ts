import type { Frame } from './frame.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { serialId } from './wire.ts';

interface Stored {
  readonly id: string;
  object: JsonObject;
  readonly frames: readonly Frame[];
  readonly items: readonly object[];
}

function inputItems(body: JsonObject, serial: number): readonly object[] {
  const { input } = body;
  const id = (index: number): string => serialId('msg_', serial * 1000 + index);
  if (typeof input === 'string') {
    const content = [{ type: 'input_text', text: input }];
    return [{ id: id(0), type: 'message', status: 'completed', role: 'user', content }];
  }
  if (!Array.isArray(input)) return [];
  return input
    .filter(isObject)
    .map((item, index) => ({ id: id(index), type: 'message', status: 'completed', ...item }));
}

/** What the Responses API keeps: `retrieve`, `cancel`, `delete` and `input_items` read it. */
export function createStoredResponses() {
  const stored = new Map<string, Stored>();
  return {
    has: (id: string): boolean => stored.has(id),
    get: (id: string): Stored | undefined => stored.get(id),
    keep(object: JsonObject, frames: readonly Frame[], body: JsonObject, serial: number): void {
      const id = String(object['id']);
      stored.set(id, { id, object, frames, items: inputItems(body, serial) });
    },
    /** Only a response that runs in the background can be cancelled. */
    cancel(entry: Stored): JsonObject | null {
      if (entry.object['background'] !== true) return null;
      entry.object = { ...entry.object, status: 'cancelled' };
      return entry.object;
    },
    remove: (id: string): boolean => stored.delete(id),
    itemsOf: ({ items }: Stored): object => ({
      object: 'list',
      data: items.toReversed(),
      first_id: (items.at(-1) as { id?: string } | undefined)?.id ?? null,
      last_id: (items[0] as { id?: string } | undefined)?.id ?? null,
      has_more: false,
    }),
  };
}

export type StoredResponses = ReturnType<typeof createStoredResponses>;
