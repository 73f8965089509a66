import { appendItems } from '../../conversation/append-items.ts';
import { isRecord } from '../../conversation/json-shape.ts';
import { NOTICE_ID } from '../../conversation/openai-responses/stop-calls.ts';
import { type JsonEdit, spliceJson } from '../../text/json/splice-json.ts';
import type { KeptHistory } from './flow-memory.ts';

const STOPPED = 'A tool call was stopped here by policy.';

/** References to messages that stand in the place of stopped calls: the provider does not have them, so they are written out. */
export function mendReferences(body: unknown): readonly JsonEdit[] {
  const input = isRecord(body) ? body['input'] : null;
  if (!Array.isArray(input)) return [];
  return input.flatMap((item: unknown, index): JsonEdit[] => {
    const refers =
      isRecord(item) &&
      (item['type'] === 'item_reference' || item['type'] === undefined) &&
      !('role' in item) &&
      typeof item['id'] === 'string' &&
      item['id'].startsWith(NOTICE_ID);
    return refers ? [{ path: ['input', index], value: { role: 'assistant', content: STOPPED } }] : [];
  });
}

/** Results for the calls of the kept answer that were stopped: the provider waits for them, and the caller does not know of them. */
export function answerStopped(request: string, stopped: KeptHistory['stopped']): string {
  if (stopped.length === 0) return request;
  const items = stopped.map(({ id, type, error }) => ({ type, call_id: id, output: error }));
  const { input } = JSON.parse(request) as { input?: unknown };
  if (Array.isArray(input) && isRecord(input.at(-1))) return appendItems(request, 'input', input.length - 1, items);
  const asked = typeof input === 'string' ? [{ role: 'user', content: input }] : [];
  return spliceJson(request, [{ path: ['input'], insert: [...items, ...asked] }]);
}
