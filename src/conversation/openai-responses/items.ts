import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonPath, Origin, Role, SegmentKind } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { type SegmentCollector, isOpaque } from '../segment-collector.ts';

/** Members that hold a word of the protocol, an id, or ciphertext that only the provider can make and read. */
const OPAQUE = new Set(['type', 'id', 'call_id', 'status', 'role', 'phase', 'object', 'encrypted_content', 'fingerprint', 'execution',
  'approval_request_id', 'caller', 'caller_id', 'container_id', 'detail', 'prompt_cache_breakpoint', 'file_id', 'size', 'quality',
  'background', 'output_format', 'logprobs']); // prettier-ignore

const ROLES: Readonly<Record<string, readonly [Role, Origin]>> = {
  system: ['system', 'operator'],
  developer: ['developer', 'operator'],
  user: ['user', 'user'],
  assistant: ['assistant', 'model'],
  tool: ['tool', 'tool'],
};

/** Items that list tools. */
const DEFINITIONS = new Set(['mcp_list_tools', 'additional_tools', 'tool_search_output']);

/** What the model does or thinks. */
const ACTS = new Set(['function_call', 'custom_tool_call', 'web_search_call', 'file_search_call', 'computer_call', 'code_interpreter_call',
  'image_generation_call', 'local_shell_call', 'shell_call', 'apply_patch_call', 'mcp_call', 'mcp_approval_request',
  'tool_search_call', 'reasoning', 'program']); // prettier-ignore

const RESULTS = new Set(['function_call_output', 'custom_tool_call_output', 'computer_call_output', 'local_shell_call_output',
  'shell_call_output', 'apply_patch_call_output', 'program_output']); // prettier-ignore

/** Names of called tools by call id. */
export type Called = Map<string, string>;

/** Who speaks in an item, or null when its role is none that is known. */
export function itemSpeaker(item: JsonRecord, message: number, called: Called): Speaker | null {
  const type = stringOr(item['type'], 'role' in item ? 'message' : 'item_reference');
  const call = stringOr(item['call_id'], undefined);
  const answered = call === undefined ? {} : { call };
  if (type === 'message') {
    const role = item['role'];
    const known = typeof role === 'string' && Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
    return known === undefined ? null : { role: known[0], origin: known[1], message };
  }
  if (ACTS.has(type)) {
    const tool = stringOr(item['name'], undefined);
    if (call !== undefined && tool !== undefined) called.set(call, tool);
    return { role: 'assistant', origin: 'model', message, ...answered, ...(tool === undefined ? {} : { tool }) };
  }
  if (RESULTS.has(type)) {
    const tool = called.get(call ?? '') ?? stringOr(item['name'], undefined);
    return { role: 'tool', origin: 'tool', message, ...answered, ...(tool === undefined ? {} : { tool }) };
  }
  if (DEFINITIONS.has(type)) return { role: 'system', origin: 'definition', message };
  if (type === 'mcp_approval_response') return { role: 'user', origin: 'user', message };
  return { role: 'user', origin: 'document', message };
}

/** One input or output item (OpenAI API reference, responses). */
export function readItem(item: JsonRecord, path: JsonPath, who: Speaker, collector: SegmentCollector): void {
  const type = stringOr(item['type'], 'role' in item ? 'message' : 'item_reference');
  if (type === 'item_reference' && typeof item['id'] === 'string') {
    // An item that the provider keeps: what it says is not in this request.
    collector.media([...path, 'id'], { type, url: item['id'] }, who);
  }
  for (const [key, value] of Object.entries(item)) {
    if (OPAQUE.has(key) && isOpaque(value)) continue;
    readMember(type, key, value, [...path, key], who, collector);
  }
}

function readMember(
  type: string,
  key: string,
  value: unknown,
  path: JsonPath,
  who: Speaker,
  collector: SegmentCollector,
): void {
  if (value === null || value === undefined) return;
  const result: Speaker = { ...who, origin: 'tool' };
  switch (type) {
    case 'message':
      return readParts(value, path, 'text', who, collector);
    case 'reasoning':
      return readParts(value, path, 'reasoning', who, collector);
    case 'mcp_list_tools':
    case 'additional_tools':
    case 'tool_search_output':
      return key === 'tools'
        ? collector.schema(path, value, who)
        : collector.leaves(path, value, 'tool-definition', who);
    case 'function_call':
    case 'custom_tool_call':
    case 'mcp_call':
    case 'mcp_approval_request':
    case 'tool_search_call':
      if (key === 'name' || key === 'server_label' || key === 'namespace')
        return collector.text(path, value, 'tool-name', who);
      if (key === 'output' || key === 'error') return collector.leaves(path, value, 'tool-result', result, OPAQUE);
      return collector.json(path, value, 'tool-arguments', who);
    case 'file_search_call':
      if (key === 'results') return collector.leaves(path, value, 'tool-result', result, OPAQUE);
      return collector.leaves(path, value, 'tool-arguments', who);
    case 'code_interpreter_call':
      if (key === 'code') return collector.text(path, value, 'code', who);
      return readParts(value, path, 'tool-result', result, collector);
    case 'program':
      return collector.leaves(path, value, 'code', who);
    case 'image_generation_call':
      if (key === 'result') return collector.mediaData(path, value, 'image', who);
      return collector.leaves(path, value, 'tool-arguments', who, OPAQUE);
    case 'compaction':
    case 'mcp_approval_response':
      return collector.leaves(path, value, 'text', who, OPAQUE);
    default:
      if (RESULTS.has(type)) return readParts(value, path, 'tool-result', who, collector);
      if (ACTS.has(type)) return collector.leaves(path, value, 'tool-arguments', who, TYPES);
      return collector.leaves(path, value, 'text', who, OPAQUE);
  }
}

const TYPES = new Set(['type']);

/** A string, a part, or parts in any nesting. */
export function readParts(
  value: unknown,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
): void {
  if (Array.isArray(value)) value.forEach((part, index) => readParts(part, [...path, index], kind, who, collector));
  else if (isRecord(value)) readPart(value, path, kind, who, collector);
  else collector.leaves(path, value, kind, who);
}

function readPart(
  part: JsonRecord,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
): void {
  const type = stringOr(part['type'], '');
  const document: Speaker = who.origin === 'user' ? { ...who, origin: 'document' } : who;
  for (const [key, value] of Object.entries(part)) {
    const at = [...path, key];
    if (value === null) continue;
    if (key === 'file_id' && typeof value === 'string') collector.media(at, { type, url: value }, document);
    else if (OPAQUE.has(key) && isOpaque(value)) continue;
    else if (key === 'logprobs') continue;
    else if (key === 'text' && typeof value === 'string') collector.text(at, value, kind, who);
    else if (key === 'refusal') collector.text(at, value, 'refusal', who);
    else if (key === 'annotations') collector.leaves(at, value, 'citation', who, OPAQUE);
    else if (key === 'image_url' || (key === 'url' && type === 'image')) collector.mediaUrl(at, value, type, who);
    else if (key === 'file_url') collector.mediaUrl(at, value, type, document);
    else if (key === 'file_data') collector.mediaData(at, value, type, document);
    else if (key === 'data' && 'format' in part)
      collector.mediaData(at, value, `audio/${stringOr(part['format'], 'unknown')}`, who);
    else if (key === 'format' && 'data' in part && isOpaque(value)) continue;
    else if (key === 'transcript') collector.leaves(at, value, 'transcript', who);
    else if (isRecord(value) || Array.isArray(value)) readParts(value, at, kind, document, collector);
    else collector.leaves(at, value, kind, document);
  }
}
