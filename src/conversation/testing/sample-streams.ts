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

/** Chat frames with everything that providers and compatible servers put into them, two choices interleaved. */
export function richChatStream(): string[] {
  const head = {
    id: 'chatcmpl-2',
    object: 'chat.completion.chunk',
    created: 1700000000,
    model: 'gpt-5',
    obfuscation: 'aZ3',
  };
  const chunk = (index: number, delta: object, rest: object = {}) =>
    frameText('', { ...head, choices: [{ index, delta, logprobs: null, finish_reason: null, ...rest }] });
  const token = { token: 'Hello', logprob: -0.1, bytes: [72], top_logprobs: [] };
  return [
    frameText('', { ...head, choices: [], prompt_filter_results: [{ prompt_index: 0 }] }),
    chunk(0, { role: 'assistant', content: '', reasoning_content: 'They greet' }),
    chunk(1, { role: 'assistant', refusal: 'I may' }),
    chunk(0, { reasoning_content: ' me.', reasoning: 'Said otherwise.' }),
    chunk(0, { reasoning_details: [{ type: 'reasoning.text', text: 'step one', index: 0 }] }),
    chunk(0, { content: 'Hello' }, { logprobs: { content: [token], refusal: null } }),
    chunk(1, { refusal: ' not.' }),
    chunk(0, {
      content: ' there',
      annotations: [{ type: 'url_citation', url_citation: { url: 'https://example.com/a', title: 'A page' } }],
    }),
    chunk(0, { audio: { id: 'audio_1', transcript: 'Hello aloud', data: 'UklGRg==' } }),
    chunk(0, {
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'get_balance', arguments: '' } }],
    }),
    chunk(0, { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
    chunk(0, {
      tool_calls: [
        { index: 1, id: 'call_2', type: 'custom', custom: { name: 'run_sql', input: 'select 1' }, note: 'an extra' },
      ],
    }),
    chunk(0, { function_call: { name: 'lookup', arguments: '{}' } }),
    chunk(0, { thoughts: [{ part: 'an extension' }] }),
    chunk(1, {}, { finish_reason: 'stop', content_filter_results: { hate: { filtered: false, severity: 'safe' } } }),
    chunk(0, {}, { finish_reason: 'tool_calls', matched: 'an extra stop string' }),
    frameText('', {
      ...head,
      choices: [],
      usage: {
        prompt_tokens: 20,
        completion_tokens: 10,
        total_tokens: 30,
        prompt_tokens_details: { cached_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    }),
    frameText('', { ...head, choices: [], search_results: [{ title: 'Found it' }] }),
    frameText('', '[DONE]'),
  ];
}

/** Message frames with the blocks and deltas that the plain stream lacks. */
export function richMessagesStream(): string[] {
  const event = (type: string, members: object) => frameText(type, { type, ...members });
  const start = (index: number, content_block: object) => event('content_block_start', { index, content_block });
  const delta = (index: number, value: object) => event('content_block_delta', { index, delta: value });
  const stop = (index: number) => event('content_block_stop', { index });
  const searched = {
    type: 'web_search_result',
    title: 'Rates today',
    url: 'https://example.com/rates',
    encrypted_content: 'EqgfCi==',
    page_age: null,
  };
  return [
    messagesStream()[0]!,
    start(0, { type: 'text', text: 'Be', citations: [] }),
    delta(0, { type: 'text_delta', text: 'gin' }),
    delta(0, {
      type: 'citations_delta',
      citation: { type: 'char_location', cited_text: 'quoted words', document_title: 'Terms', document_index: 0 },
    }),
    stop(0),
    start(1, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'said at once' } }),
    stop(1),
    start(2, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [searched] }),
    stop(2),
    start(3, { type: 'redacted_thinking', data: 'EmwKAh==' }),
    stop(3),
    start(4, { type: 'compaction', content: 'so far' }),
    delta(4, { type: 'compaction_delta', content: 'what was said' }),
    stop(4),
    start(5, { type: 'hologram', caption: 'nobody knows this' }),
    delta(5, { type: 'hologram_delta', light: 'a delta that nobody knows' }),
    stop(5),
    event('shimmer', { words: 'an event that nobody knows' }),
    event('message_delta', {
      delta: {
        stop_reason: 'refusal',
        stop_sequence: null,
        stop_details: { type: 'refusal', category: null, explanation: 'I may not.' },
      },
      usage: {
        input_tokens: 20,
        cache_read_input_tokens: 4,
        output_tokens: 15,
        output_tokens_details: { thinking_tokens: 2 },
      },
    }),
    event('message_stop', {}),
  ];
}

/** Responses frames with the items and events that the plain stream lacks. */
export function richResponsesStream(): string[] {
  let sequence_number = 0;
  const event = (type: string, members: object) =>
    frameText(type, { type, ...members, sequence_number: sequence_number++ });
  const at = (output_index: number) => ({ item_id: `item_${output_index}`, output_index });
  const log = { token: 'Hello', logprob: -0.1, bytes: [72] };
  const events: string[] = [
    event('response.created', {
      response: {
        id: 'resp_2',
        object: 'response',
        model: 'gpt-5',
        status: 'in_progress',
        output: [],
        instructions: 'You are',
      },
    }),
    event('response.output_item.added', {
      output_index: 0,
      item: { id: 'item_0', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
    }),
    event('response.content_part.added', {
      ...at(0),
      content_index: 0,
      part: { type: 'output_text', text: 'Hel', annotations: [], logprobs: [] },
    }),
    event('response.output_text.delta', { ...at(0), content_index: 0, delta: 'lo', logprobs: [log] }),
    event('response.output_text.annotation.added', {
      ...at(0),
      content_index: 0,
      annotation_index: 0,
      annotation: { type: 'url_citation', url: 'https://example.com/a', title: 'A page', start_index: 0, end_index: 2 },
    }),
    event('response.output_text.done', { ...at(0), content_index: 0, text: 'Hello', logprobs: [log] }),
    event('response.content_part.done', {
      ...at(0),
      content_index: 0,
      part: { type: 'output_text', text: 'Hello', annotations: [], logprobs: [log] },
    }),
    event('response.content_part.added', { ...at(0), content_index: 1, part: { type: 'refusal', refusal: '' } }),
    event('response.refusal.delta', { ...at(0), content_index: 1, delta: 'I may not.' }),
    event('response.refusal.done', { ...at(0), content_index: 1, refusal: 'I may not.' }),
    event('response.output_item.done', {
      output_index: 0,
      item: {
        id: 'item_0',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [
          { type: 'output_text', text: 'Hello', annotations: [], logprobs: [log] },
          { type: 'refusal', refusal: 'I may not.' },
        ],
      },
    }),
    event('response.reasoning_text.delta', { ...at(1), content_index: 0, delta: 'I look it up.' }),
    event('response.reasoning_text.done', { ...at(1), content_index: 0, text: 'I look it up.' }),
    event('response.output_item.added', {
      output_index: 2,
      item: { id: 'item_2', type: 'mcp_call', name: 'pay', server_label: 'bank', arguments: '' },
    }),
    event('response.mcp_call_arguments.delta', { ...at(2), delta: '{"to":"Bob"}' }),
    event('response.mcp_call_arguments.done', { ...at(2), arguments: '{"to":"Bob"}' }),
    event('response.output_item.done', {
      output_index: 2,
      item: {
        id: 'item_2',
        type: 'mcp_call',
        name: 'pay',
        server_label: 'bank',
        arguments: '{"to":"Bob"}',
        output: 'paid it',
      },
    }),
    event('response.custom_tool_call_input.delta', { ...at(3), delta: 'select 1' }),
    event('response.custom_tool_call_input.done', { ...at(3), input: 'select 1' }),
    event('response.code_interpreter_call_code.delta', { ...at(4), delta: 'print(1)' }),
    event('response.code_interpreter_call_code.done', { ...at(4), code: 'print(1)' }),
    event('response.code_interpreter_call.completed', at(4)),
    event('response.shell_call_command.added', { output_index: 5, command_index: 0, command: 'ls' }),
    event('response.shell_call_command.delta', { output_index: 5, command_index: 0, delta: ' -l' }),
    event('response.shell_call_command.done', { output_index: 5, command_index: 0, command: 'ls -l' }),
    event('response.shell_call_output_content.delta', { ...at(5), command_index: 0, delta: { stdout: 'total 0' } }),
    event('response.shell_call_output_content.done', {
      ...at(5),
      command_index: 0,
      output: [{ stdout: 'total 0', stderr: 'warn ing', outcome: { type: 'exit', exit_code: 0 } }],
    }),
    event('response.audio.transcript.delta', { delta: 'Hello aloud' }),
    event('response.audio.transcript.done', {}),
    event('response.image_generation_call.partial_image', {
      ...at(6),
      partial_image_index: 0,
      partial_image_b64: 'iVBORw0KGgo=',
    }),
    event('response.output_item.done', {
      output_index: 6,
      item: {
        id: 'item_6',
        type: 'image_generation_call',
        status: 'completed',
        result: 'iVBORw0KGgo=',
        revised_prompt: 'a bank in spring',
      },
    }),
    event('response.output_item.done', {
      output_index: 7,
      item: { id: 'item_7', type: 'hologram', payload: 'nobody knows this' },
    }),
    event('response.hologram.delta', { ...at(7), light: 'an event that nobody knows' }),
    event('response.failed', {
      response: {
        id: 'resp_2',
        object: 'response',
        model: 'gpt-5',
        status: 'failed',
        output: [],
        error: { code: 'server_error', message: 'it broke down' },
        summary_of_all: 'an extension',
      },
    }),
  ];
  return events;
}
