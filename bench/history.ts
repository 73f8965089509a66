/**
 * What a history costs that is sent again with every request: a conversation of 200 messages through all detectors with
 * their default options, the first time, and again with one more turn. Run: `npm run bench:history`.
 */
import { z } from 'zod';
import { RuleSets } from '../src/gateway/rule-sets.ts';
import { parseConfig } from '../src/config/load.ts';
import { SURFACES } from '../src/conversation/registry.ts';
import { DETECTORS } from '../src/detect/registry.ts';
import { NO_RESOURCES } from '../src/detect/resources.ts';
import { DecisionLog } from '../src/guard/decision-log.ts';
import { readHistory } from '../src/guard/history.ts';
import { inspectSegments } from '../src/guard/inspect-segments.ts';
import { MessageMemory } from '../src/guard/message-memory.ts';
import { bindRules } from '../src/guard/rule.ts';
import { VerdictCache } from '../src/guard/verdict-cache.ts';

const MESSAGES = 200;
const ROUNDS = 41;

const WORDS =
  `the account was opened in March and the customer asked whether a transfer of four hundred euros had arrived on
Tuesday as promised because the invoice is due next week and nobody at the branch could say where it went`.split(/\s+/);

/** A message of about 600 characters that no other message is equal to. */
function message(index: number): { role: string; content: string } {
  const words = Array.from({ length: 100 }, (_, i) => WORDS[(i * 7 + index * 13) % WORDS.length]!);
  return { role: index % 2 === 0 ? 'user' : 'assistant', content: `${index}: ${words.join(' ')}.` };
}

/** Those that read requests, and work without being told what model or judge to use. */
const usable = DETECTORS.filter(
  ({ meta, options, defaults }) =>
    (meta.stages as readonly string[]).includes('input') && (options(z) as z.ZodType).safeParse(defaults).success,
);

const settings = (messages: 'new' | 'all'): RuleSets => {
  const rules = usable.map(({ meta }) => ({
    id: meta.id,
    detector: meta.id,
    on: ['input'],
    action: messages === 'all' ? 'redact' : 'block',
    messages,
  }));
  const yaml = JSON.stringify({
    upstreams: [{ id: 'up', dialect: 'openai', url: 'http://127.0.0.1:9', models: ['*'] }],
    rules,
  });
  return new RuleSets(parseConfig(yaml, { path: 'bench.yaml', env: {} }).config, NO_RESOURCES);
};

const chat = SURFACES.find(({ id }) => id === 'openai-chat')!;
const parse = (count: number) =>
  chat.parseRequest({
    model: 'm',
    messages: [{ role: 'system', content: 'Be brief.' }, ...Array.from({ length: count }, (_, i) => message(i))],
  });

async function measure(messages: 'new' | 'all') {
  const sets = settings(messages);
  const times: Record<'first' | 'again' | 'next', number[]> = { first: [], again: [], next: [] };
  let hits = 0;
  let misses = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const memory = new MessageMemory({ messages: 100_000, keepFor: 3_600_000, clock: Date.now });
    const verdicts = new VerdictCache({ texts: 50_000, keepFor: 3_600_000, clock: Date.now });
    const pass = async (count: number): Promise<number> => {
      const { segments } = parse(count);
      const began = performance.now();
      const rules = bindRules(sets.base, {
        instructions: ['Be brief.'],
        userTexts: [],
        tools: [],
        answerSchema: null,
        model: 'm',
        principal: { id: 'alice', team: null },
      });
      const log = new DecisionLog();
      const history = readHistory(segments, rules, memory.of('alice'));
      await inspectSegments(rules, 'input', segments, log, {
        look: verdicts.of('alice').inspect,
        old: history.old,
      });
      history.settle(log);
      return performance.now() - began;
    };
    times.first.push(await pass(MESSAGES));
    times.again.push(await pass(MESSAGES));
    times.next.push(await pass(MESSAGES + 2));
    ({ hits, misses } = verdicts);
  }
  const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
  return { first: median(times.first), again: median(times.again), next: median(times.next), hits, misses };
}

const characters = parse(MESSAGES).segments.reduce((sum, { text }) => sum + text.length, 0);
console.log(
  `${MESSAGES} messages, ${characters} characters, ${usable.length} detectors: ${usable.map(({ meta }) => meta.id).join(', ')}`,
);
console.log('messages   first ms   again ms   with one turn more ms   again/first   verdicts from memory');
for (const messages of ['new', 'all'] as const) {
  const { first, again, next, hits, misses } = await measure(messages);
  const cells = [
    messages.padEnd(8),
    first.toFixed(2).padStart(10),
    again.toFixed(2).padStart(10),
    next.toFixed(2).padStart(23),
    `${((again / first) * 100).toFixed(1)} %`.padStart(13),
    `${hits} of ${hits + misses}`.padStart(22),
  ];
  console.log(cells.join(' '));
}
