import type { SegmentKind } from '../segment.ts';

/** Members of events that hold ids, places, numbers, padding, images or sound. */
const ENVELOPE = ['type', 'sequence_number', 'item_id', 'output_index', 'content_index', 'summary_index', 'command_index',
  'annotation_index', 'partial_image_index', 'logprobs', 'obfuscation']; // prettier-ignore

/** Members of an event of a known type beside which everything is read as text: the envelope and its content. */
export function knownMembers(type: string): ReadonlySet<string> {
  const content = contentOf(type);
  let known = KNOWN.get(content);
  if (known === undefined) {
    known = new Set([...ENVELOPE, content]);
    KNOWN.set(content, known);
  }
  return known;
}
const KNOWN = new Map<string, ReadonlySet<string>>();

function contentOf(type: string): string {
  const text = DELTAS.get(type) ?? DONES.get(type);
  if (text !== undefined) return text.member;
  if (WHOLE.has(type)) return 'response';
  if (type.startsWith('response.output_item.')) return 'item';
  if (type.includes('_part.')) return 'part';
  if (type.endsWith('annotation.added')) return 'annotation';
  return type.endsWith('.done') ? 'output' : 'delta';
}

/** How an event's text hangs together: the member with the text, the slot of its channel, its kind. */
export interface TextEvent {
  readonly member: string;
  /** Slot within the output item, after the item's index; `#content`, `#summary` and `#command` stand for the event's own index. */
  readonly slot: string;
  readonly kind: SegmentKind;
}

const event = (member: string, slot: string, kind: SegmentKind): TextEvent => ({ member, slot, kind });

/** Events with a piece of text. */
export const DELTAS: ReadonlyMap<string, TextEvent> = new Map([
  ['response.output_text.delta', event('delta', '#content/text', 'text')],
  ['response.refusal.delta', event('delta', '#content/refusal', 'refusal')],
  ['response.reasoning_text.delta', event('delta', '#content/reasoning', 'reasoning')],
  ['response.reasoning_summary_text.delta', event('delta', 'summary/#summary', 'reasoning')],
  ['response.function_call_arguments.delta', event('delta', 'arguments', 'tool-arguments')],
  ['response.mcp_call_arguments.delta', event('delta', 'arguments', 'tool-arguments')],
  ['response.custom_tool_call_input.delta', event('delta', 'input', 'tool-arguments')],
  ['response.code_interpreter_call_code.delta', event('delta', 'code', 'code')],
  ['response.shell_call_command.added', event('command', 'command/#command', 'tool-arguments')],
  ['response.shell_call_command.delta', event('delta', 'command/#command', 'tool-arguments')],
  ['response.audio.transcript.delta', event('delta', 'transcript', 'transcript')],
]);

/** Events that repeat a whole text and end its channel. */
export const DONES: ReadonlyMap<string, TextEvent> = new Map([
  ['response.output_text.done', event('text', '#content/text', 'text')],
  ['response.refusal.done', event('refusal', '#content/refusal', 'refusal')],
  ['response.reasoning_text.done', event('text', '#content/reasoning', 'reasoning')],
  ['response.reasoning_summary_text.done', event('text', 'summary/#summary', 'reasoning')],
  ['response.function_call_arguments.done', event('arguments', 'arguments', 'tool-arguments')],
  ['response.mcp_call_arguments.done', event('arguments', 'arguments', 'tool-arguments')],
  ['response.custom_tool_call_input.done', event('input', 'input', 'tool-arguments')],
  ['response.code_interpreter_call_code.done', event('code', 'code', 'code')],
  ['response.shell_call_command.done', event('command', 'command/#command', 'tool-arguments')],
  ['response.audio.transcript.done', event('transcript', 'transcript', 'transcript')],
]);

/** Events that carry a whole response object. */
export const WHOLE: ReadonlySet<string> = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.completed',
  'response.failed',
  'response.incomplete',
]);

export const TERMINAL: ReadonlySet<string> = new Set(['response.completed', 'response.failed', 'response.incomplete']);

/** Events that report progress, or carry sound or images: no text in them. */
export const QUIET: ReadonlySet<string> = new Set([
  'response.audio.delta',
  'response.audio.done',
  'response.code_interpreter_call.in_progress',
  'response.code_interpreter_call.interpreting',
  'response.code_interpreter_call.completed',
  'response.compaction.compacting',
  'response.file_search_call.in_progress',
  'response.file_search_call.searching',
  'response.file_search_call.completed',
  'response.web_search_call.in_progress',
  'response.web_search_call.searching',
  'response.web_search_call.completed',
  'response.image_generation_call.in_progress',
  'response.image_generation_call.generating',
  'response.image_generation_call.partial_image',
  'response.image_generation_call.completed',
  'response.mcp_call.in_progress',
  'response.mcp_call.completed',
  'response.mcp_call.failed',
  'response.mcp_list_tools.in_progress',
  'response.mcp_list_tools.completed',
  'response.mcp_list_tools.failed',
  'keepalive',
]);

/** Slot of the channel that a member of a whole item or part belongs to, by its path from there. */
export function slotOf(path: readonly (string | number)[], kind: SegmentKind): string {
  const [first, index, third] = path;
  if (first === 'content' && typeof index === 'number' && path.length === 3) {
    if (third === 'refusal') return `${index}/refusal`;
    if (third === 'text') return `${index}/${kind === 'reasoning' ? 'reasoning' : 'text'}`;
  }
  if (first === 'summary' && third === 'text' && path.length === 3) return `summary/${index}`;
  if (first === 'action' && index === 'commands' && path.length === 3) return `command/${third}`;
  if (first === 'output' && path.length === 3 && (third === 'stdout' || third === 'stderr'))
    return `output/${index}/${third}`;
  return path.join('/');
}
