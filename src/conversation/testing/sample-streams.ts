import { frameText } from '../sse/write-frame.ts';

/** Frames as the providers send them. */
export function chatStream(): string[] {
  const head = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1700000000,
    model: 'gpt-5',
    system_fingerprint: 'fp_1',
  };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    frameText('', { ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
  return [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'Hello' }),
    chunk({ content: ' there' }),
    chunk({
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'get_balance', arguments: '' } }],
    }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"account":' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '"main"}' } }] }),
    chunk({}, 'tool_calls'),
    frameText('', '[DONE]'),
  ];
}

export function messagesStream(): string[] {
  const event = (type: string, members: object) => frameText(type, { type, ...members });
  return [
    event('message_start', {
      message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5', content: [], container: null, diagnostics: null,
        stop_reason: null, stop_sequence: null, stop_details: null,
        usage: { input_tokens: 20, cache_creation_input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 1 } }, // prettier-ignore
    }),
    event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }),
    event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'They greet me.' } }),
    event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'EqQBCg==' } }),
    event('content_block_stop', { index: 0 }),
    event('ping', {}),
    event('content_block_start', { index: 1, content_block: { type: 'text', text: '', citations: null } }),
    event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'Hello' } }),
    event('content_block_delta', { index: 1, delta: { type: 'text_delta', text: ' there' } }),
    event('content_block_stop', { index: 1 }),
    event('content_block_start', {
      index: 2,
      content_block: { type: 'tool_use', id: 'toolu_1', name: 'get_balance', input: {} },
    }),
    event('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '{"account":' } }),
    event('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '"main"}' } }),
    event('content_block_stop', { index: 2 }),
    event('message_delta', {
      delta: { stop_reason: 'tool_use', stop_sequence: null, stop_details: null, container: null },
      usage: { output_tokens: 15 },
    }),
    event('message_stop', {}),
  ];
}

export function responsesStream(): string[] {
  let sequence_number = 0;
  const event = (type: string, members: object) =>
    frameText(type, { type, ...members, sequence_number: sequence_number++ });
  const response = {
    id: 'resp_1', object: 'response', created_at: 1700000000, status: 'in_progress', error: null, incomplete_details: null,
    instructions: 'You are', max_output_tokens: null, metadata: {}, model: 'gpt-5', output: [], parallel_tool_calls: true,
    previous_response_id: null, reasoning: { effort: 'low', summary: null }, store: true, temperature: 1, text: { format: { type: 'text' } },
    tool_choice: 'auto', tools: [], top_p: 1, truncation: 'disabled', usage: null, user: null,
  }; // prettier-ignore
  const thought = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'They greet me.' }] };
  const part = { type: 'output_text', text: 'Hello there', annotations: [], logprobs: [] };
  const message = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] };
  const call = {
    id: 'fc_1',
    type: 'function_call',
    status: 'completed',
    call_id: 'call_1',
    name: 'get_balance',
    arguments: '{"account":"main"}',
  };
  const usage = { input_tokens: 20, input_tokens_details: { cached_tokens: 4 }, output_tokens: 15, output_tokens_details: { reasoning_tokens: 5 }, total_tokens: 35 }; // prettier-ignore
  const text = { item_id: 'msg_1', output_index: 1, content_index: 0 };
  const summary = { item_id: 'rs_1', output_index: 0, summary_index: 0 };
  return [
    event('response.created', { response }),
    event('response.in_progress', { response }),
    event('response.output_item.added', { output_index: 0, item: { ...thought, summary: [] } }),
    event('response.reasoning_summary_part.added', { ...summary, part: { type: 'summary_text', text: '' } }),
    event('response.reasoning_summary_text.delta', { ...summary, delta: 'They greet' }),
    event('response.reasoning_summary_text.delta', { ...summary, delta: ' me.' }),
    event('response.reasoning_summary_text.done', { ...summary, text: 'They greet me.' }),
    event('response.reasoning_summary_part.done', { ...summary, part: thought.summary[0] }),
    event('response.output_item.done', { output_index: 0, item: thought }),
    event('response.output_item.added', { output_index: 1, item: { ...message, status: 'in_progress', content: [] } }),
    event('response.content_part.added', { ...text, part: { ...part, text: '' } }),
    event('response.output_text.delta', { ...text, delta: 'Hello', logprobs: [], obfuscation: 'x1' }),
    event('response.output_text.delta', { ...text, delta: ' there', logprobs: [], obfuscation: 'x2' }),
    event('response.output_text.done', { ...text, text: 'Hello there', logprobs: [] }),
    event('response.content_part.done', { ...text, part }),
    event('response.output_item.done', { output_index: 1, item: message }),
    event('response.output_item.added', { output_index: 2, item: { ...call, status: 'in_progress', arguments: '' } }),
    event('response.function_call_arguments.delta', { item_id: 'fc_1', output_index: 2, delta: '{"account":' }),
    event('response.function_call_arguments.delta', { item_id: 'fc_1', output_index: 2, delta: '"main"}' }),
    event('response.function_call_arguments.done', {
      item_id: 'fc_1',
      output_index: 2,
      name: 'get_balance',
      arguments: call.arguments,
    }),
    event('response.output_item.done', { output_index: 2, item: call }),
    event('response.completed', {
      response: { ...response, status: 'completed', output: [thought, message, call], usage },
    }),
  ];
}
