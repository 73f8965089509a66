/**
 * What deciding a tool call costs: a history of 50 messages with 100 KB of results that is sent again with each turn, and
 * how the cost grows with the history.
 *
 *     node bench/flow.ts
 */
import { configSchema } from '../src/config/schema.ts';
import { SURFACES } from '../src/conversation/registry.ts';
import { decide } from '../src/flow/decide.ts';
import { FlowCache } from '../src/flow/flow-cache.ts';
import type { FlowCall, FlowEvent, FlowTool } from '../src/flow/history.ts';
import { createFlowEngine } from '../src/gateway/flow/flow-engine.ts';
import { FlowMemory } from '../src/gateway/flow/flow-memory.ts';
import { HistorySigner } from '../src/gateway/flow/history-signer.ts';
import { openGate } from '../src/gateway/flow/open-gate.ts';

const text = { type: 'string' };
const tool = (name: string, properties: object): FlowTool => ({
  name,
  description: '',
  schema: { type: 'object', properties },
});
const TOOLS = [
  tool('search_letters', { query: text }),
  tool('send_letter', { recipients: { type: 'array', items: text }, subject: text, body: text }),
  tool('delete_letter', { letter_id: text }),
];

/** Letters as a serialiser writes them, of about `bytes` in all. */
function letters(seed: number, bytes: number): string {
  const records: string[] = [];
  let size = 0;
  for (let i = 0; size < bytes; i++) {
    const n = seed * 1000 + i;
    const body =
      `The meeting of group ${n} is moved to room ${n % 40}; please tell person${n}@firm.example and bring the plan. `.repeat(
        4,
      );
    const record = `- body: '${body}'\n  id_: '${n}'\n  recipients:\n  - staff${n}@firm.example\n  sender: head${n}@firm.example\n  subject: Meeting of group ${n}`;
    records.push(record);
    size += record.length;
  }
  return records.join('\n');
}

function history(messages: number, bytes: number): FlowEvent[] {
  const events: FlowEvent[] = [{ kind: 'operator', text: 'You help Eve with her letters.' }];
  const turns = Math.floor((messages - 1) / 4);
  for (let turn = 0; turn < turns; turn++) {
    const id = `call_${turn}`;
    events.push(
      {
        kind: 'user',
        text: `Read what is new about group ${turn} and send a letter with a summary to staff${turn}@firm.example.`,
      },
      { kind: 'call', id, tool: 'search_letters', args: { query: `group ${turn}` } },
      { kind: 'result', id, tool: 'search_letters', text: letters(turn, bytes / turns) },
      { kind: 'model', text: 'Here is what I found.' },
    );
  }
  return events;
}

const CALL: FlowCall = {
  kind: 'call',
  id: 'z',
  tool: 'send_letter',
  args: {
    recipients: ['staff3@firm.example', 'person5@firm.example'],
    subject: 'Meeting',
    body: 'The meeting of group 3 is moved to room 3, and nobody else is told about it. '.repeat(5),
  },
};

function millis(work: () => void, runs: number): { readonly p50: number; readonly p99: number } {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    work();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { p50: times[times.length >> 1]!, p99: times[Math.floor(times.length * 0.99)]! };
}

/** The same history as the gateway gets it: a request of OpenAI's chat surface, read, decided and recorded. */
function gatewayMillis(given: readonly FlowEvent[]): { readonly p50: number; readonly p99: number } {
  const messages = given.map((event) => {
    switch (event.kind) {
      case 'call':
        return {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: event.id, type: 'function', function: { name: event.tool, arguments: JSON.stringify(event.args) } },
          ],
        };
      case 'result':
        return { role: 'tool', tool_call_id: event.id, content: event.text };
      default:
        return {
          role: event.kind === 'operator' ? 'system' : event.kind === 'model' ? 'assistant' : 'user',
          content: event.text,
        };
    }
  });
  const tools = TOOLS.map(({ name, schema }) => ({ type: 'function', function: { name, parameters: schema } }));
  const text = JSON.stringify({ model: 'm', messages, tools });
  const { flow } = configSchema.parse({
    upstreams: [{ id: 'a', dialect: 'openai', url: 'http://a.example', models: ['*'] }],
    flow: { mode: 'enforce' },
  });
  const engine = createFlowEngine(flow);
  const memory = new FlowMemory(new HistorySigner(new Uint8Array(32)));
  const principal = { id: 'a', kind: 'key', claims: {} } as const;
  const surface = SURFACES.find(({ id }) => id === 'openai-chat')!;
  const calls = [{ key: '0/0', id: 'z', tool: CALL.tool, form: 'json' as const, given: JSON.stringify(CALL.args) }];
  const decideOnce = (): number => {
    // Each request is parsed anew: its strings are others than those of the last one.
    const body: unknown = JSON.parse(text);
    const conversation = surface.parseRequest(body);
    const began = performance.now();
    const gate = openGate({ engine, memory, principal, record: () => {} }, conversation, body, [], {})!;
    // The decision itself runs before the first wait.
    void gate.rule(calls);
    return performance.now() - began;
  };
  const times = Array.from({ length: 320 }, decideOnce).slice(20);
  times.sort((a, b) => a - b);
  return { p50: times[times.length >> 1]!, p99: times[Math.floor(times.length * 0.99)]! };
}

const row = (name: string, { p50, p99 }: { readonly p50: number; readonly p99: number }): void =>
  console.log(`| ${name} | ${p50.toFixed(2)} | ${p99.toFixed(2)} |`);

console.log('| decision | p50 ms | p99 ms |\n|---|--:|--:|');
const events = history(50, 100_000);
const warm = new FlowCache();
const decideOn = (cache: FlowCache, given: readonly FlowEvent[]): void => {
  const { state, book } = cache.view(given, TOOLS);
  decide(state, CALL, book, { profile: 'strict' });
};
decideOn(warm, events);
row(
  '50 messages, 100 KB, sent again',
  millis(() => decideOn(warm, events), 300),
);
let turn = 0;
row(
  '50 messages, 100 KB, with one new result of 4 KB',
  millis(() => {
    const id = `new_${turn++}`;
    decideOn(warm, [
      ...events,
      { kind: 'call', id, tool: 'search_letters', args: { query: `group ${turn}` } },
      { kind: 'result', id, tool: 'search_letters', text: letters(turn, 4000) },
    ]);
  }, 300),
);
row(
  '50 messages, 100 KB, never seen',
  millis(() => decideOn(new FlowCache(), events), 40),
);

row('50 messages, 100 KB, sent again: from the parsed request to the decision', gatewayMillis(events));

/** Least of several runs: elapsed, and of this process's threads together. What else runs here counts for neither. */
function least(work: () => void, runs: number): { readonly elapsed: number; readonly cpu: number } {
  let elapsed = Infinity;
  let cpu = Infinity;
  for (let i = 0; i < runs; i++) {
    const before = process.cpuUsage();
    const began = performance.now();
    work();
    elapsed = Math.min(elapsed, performance.now() - began);
    const { user, system } = process.cpuUsage(before);
    cpu = Math.min(cpu, (user + system) / 1000);
  }
  return { elapsed, cpu };
}

console.log('\n| never seen, bytes of results | ms | CPU ms | CPU ms per MB |\n|---|--:|--:|--:|');
for (const bytes of [100_000, 1_000_000, 10_000_000]) {
  const long = history(50, bytes);
  const { elapsed, cpu } = least(() => decideOn(new FlowCache(), long), 5);
  const row = [bytes.toLocaleString('en'), elapsed.toFixed(0), cpu.toFixed(0), (cpu / (bytes / 1e6)).toFixed(0)];
  console.log(`| ${row.join(' | ')} |`);
}
