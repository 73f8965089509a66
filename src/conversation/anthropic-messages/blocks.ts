import type { JsonRecord } from '../json-shape.ts';
import { isRecord, stringOr } from '../json-shape.ts';
import type { JsonPath, SegmentKind } from '../segment.ts';
import type { Speaker } from '../segment-collector.ts';
import { type SegmentCollector, isOpaque } from '../segment-collector.ts';

/** Members that hold a word of the protocol, an id, or ciphertext that only the provider can make and read. */
const OPAQUE = new Set(['type', 'id', 'tool_use_id', 'signature', 'cache_control', 'encrypted_content', 'encrypted_index',
  'encrypted_stdout', 'caller', 'file_id', 'media_type', 'stop_reason', 'ttl']); // prettier-ignore

/** Where text is that belongs to a part: quotations, titles and data of others count as documents in a user's message. */
function asDocument(who: Speaker): Speaker {
  return who.origin === 'user' ? { ...who, origin: 'document' } : who;
}

/** Names of called tools by call id. */
export type Called = Map<string, string>;

/** A message's content: a string or an array of blocks. Anything else is read leaf by leaf. */
export function readContent(
  value: unknown,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
  called: Called,
): void {
  if (!Array.isArray(value)) return readAny(value, path, kind, who, collector, called);
  value.forEach((block, index) => readAny(block, [...path, index], kind, who, collector, called));
}

/** A block, or a value that may have blocks inside. */
function readAny(
  value: unknown,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
  called: Called,
): void {
  if (isRecord(value)) readBlock(value, path, kind, who, collector, called);
  else if (Array.isArray(value)) readContent(value, path, kind, who, collector, called);
  else collector.leaves(path, value, kind, who);
}

/** One content block (Anthropic API reference, messages). `kind` is what plain text in it counts as. */
export function readBlock(
  block: JsonRecord,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
  called: Called,
): void {
  const type = stringOr(block['type'], '');
  const speaker = speakerOf(block, type, who, called);
  for (const [key, value] of Object.entries(block)) {
    if (OPAQUE.has(key) && isOpaque(value)) {
      if (key === 'file_id') collector.media([...path, key], { type, url: String(value) }, speaker);
      continue;
    }
    readMember(type, key, value, [...path, key], kind, speaker, collector, called);
  }
}

function speakerOf(block: JsonRecord, type: string, who: Speaker, called: Called): Speaker {
  if (type === 'tool_use' || type === 'server_tool_use' || type === 'mcp_tool_use') {
    const call = stringOr(block['id'], undefined);
    const tool = stringOr(block['name'], undefined);
    if (call !== undefined && tool !== undefined) called.set(call, tool);
    return { ...who, ...(tool === undefined ? {} : { tool }), ...(call === undefined ? {} : { call }) };
  }
  if (type.endsWith('tool_result')) {
    const call = stringOr(block['tool_use_id'], undefined);
    const tool = called.get(call ?? '');
    const answer: Speaker = { role: 'tool', origin: 'tool', message: who.message };
    return { ...answer, ...(tool === undefined ? {} : { tool }), ...(call === undefined ? {} : { call }) };
  }
  return type === 'document' || type === 'search_result' ? asDocument(who) : who;
}

function readMember(
  type: string,
  key: string,
  value: unknown,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
  called: Called,
): void {
  switch (type) {
    case 'text':
      if (key === 'text') return collector.text(path, value, kind, who);
      if (key === 'citations') return collector.leaves(path, value, 'citation', who, OPAQUE);
      break;
    case 'thinking':
      if (key === 'thinking') return collector.text(path, value, 'reasoning', who);
      break;
    case 'redacted_thinking':
      if (key === 'data' && isOpaque(value)) return;
      break;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      if (key === 'name') return collector.text(path, value, 'tool-name', who);
      // The input's shape is the tool's own: nothing in it is a word of the protocol.
      return collector.leaves(path, value, 'tool-arguments', who, key === 'input' ? undefined : OPAQUE);
    case 'image':
    case 'document':
      if (key === 'source' && isRecord(value)) return readSource(type, value, path, kind, who, collector, called);
      if (key === 'citations') return collector.leaves(path, value, 'citation', who, OPAQUE);
      break;
    default:
      if (type.endsWith('tool_result')) return readAny(value, path, 'tool-result', who, collector, called);
      // A block of an unknown type: no string in it stays unseen, and none is trusted.
      if (!KNOWN.has(type)) return collector.leaves(path, value, kind, asDocument(who), OPAQUE);
  }
  readAny(value, path, kind, who, collector, called);
}

const KNOWN = new Set(['text', 'thinking', 'redacted_thinking', 'image', 'document', 'search_result', 'compaction', 'web_search_result',
  'web_fetch_result', 'tool_reference', 'container_upload', '']); // prettier-ignore

/** The `source` of an image or a document. */
function readSource(
  type: string,
  source: JsonRecord,
  path: JsonPath,
  kind: SegmentKind,
  who: Speaker,
  collector: SegmentCollector,
  called: Called,
): void {
  const form = source['type'];
  for (const [key, value] of Object.entries(source)) {
    const at = [...path, key];
    if (key === 'file_id') collector.media(at, { type, url: stringOr(value, '') }, who);
    else if (OPAQUE.has(key) && isOpaque(value)) continue;
    else if (key === 'url') collector.mediaUrl(at, value, type, who);
    else if (key === 'data' && form === 'base64') {
      collector.mediaData(at, value, stringOr(source['media_type'], type), who);
    } else readAny(value, at, kind, who, collector, called);
  }
}
