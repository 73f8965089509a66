/**
 * `npm run bench:hold-back`: what holding back costs. How many characters of an answer wait while it streams, with every
 * detector that can follow a stream and with values to restore, and how much later its first words arrive.
 *
 * Options: --asks N (for the time to the first token, default 60).
 */
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { loadConfig } from '../src/config/load.ts';
import { surfaceFor } from '../src/conversation/registry.ts';
import { createFrameSplitter } from '../src/conversation/sse/split-frames.ts';
import type { Detector } from '../src/detect/detector.ts';
import { DETECTORS } from '../src/detect/registry.ts';
import { NO_RESOURCES } from '../src/detect/resources.ts';
import { startGateway } from '../src/gateway/start-gateway.ts';
import { conceal } from '../src/guard/conceal.ts';
import { DecisionLog } from '../src/guard/decision-log.ts';
import { ExchangeVault } from '../src/guard/exchange-vault.ts';
import { inspectSegments } from '../src/guard/inspect-segments.ts';
import { restoreText, type Restoring } from '../src/guard/restorer.ts';
import type { Rule } from '../src/guard/rule.ts';
import { StreamGuard } from '../src/guard/stream-guard.ts';
import { createTagger } from '../src/guard/tagger.ts';
import { startUpstream } from '../test/upstream/start-upstream.ts';

const { values } = parseArgs({ options: { asks: { type: 'string', default: '60' } } });
const asks = Number(values.asks);
const root = resolve(import.meta.dirname, '..');
/** Characters in a frame: about one token. */
const PIECE = 4;
const UNITS = 60_000;

const read = (pattern: string): string =>
  globSync(pattern, { cwd: root, exclude: (name) => name.endsWith('.test.ts') })
    .toSorted()
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
    .slice(0, UNITS);

const people = [
  'anna.kowalska@example.com',
  'j.doe@mail.example.org',
  '4111 1111 1111 1111',
  '+49 30 901820',
  'DE89 3704 0044 0532 0130 00',
];
const vault = (): ExchangeVault => new ExchangeVault(createTagger(Buffer.from('bench')));
const restoring: Restoring = { vault: vault(), allows: () => false };
const placeholders = people.map((value, index) =>
  restoring.vault.mint(index < 2 ? 'EMAIL' : 'NUMBER', value, 'personal-data')!,
);

const prose = read('docs/*.md').replaceAll(/[`#|>*-]+/g, ' ');
const texts = {
  'prose in Markdown': read('docs/*.md'),
  'reference in Markdown': read('src/detect/*/README.md'),
  TypeScript: read('src/**/*.ts'),
  JSON: read('docs/reference/*.json'),
  'prose with placeholders': prose
    .split('. ')
    .map((sentence, index) => `${sentence} ${placeholders[index % placeholders.length]!}`)
    .join('. ')
    .slice(0, UNITS),
};

const CONTEXT = {
  instructions: [
    'You are Beacon, the assistant of Harbour Bank. You help customers with cards, transfers and opening hours, in the ' +
      'language that they write in. You never promise a rate, you never say who else banks here, and when somebody asks ' +
      'about the merger with Northgate you say that you know nothing of it. Close each answer with an offer to call back.',
  ],
  userTexts: [],
  answerSchema: null,
  tools: [],
  model: 'm',
  principal: null,
};
const detectors = (DETECTORS as readonly unknown[] as readonly Detector<string, unknown>[]).flatMap((detector) => {
  if (!detector.meta.stages.includes('output') || detector.meta.cost !== 'pattern') return [];
  const created = detector.create(detector.defaults, NO_RESOURCES);
  const inspector = created.forExchange?.(CONTEXT) ?? created;
  return inspector.streaming === undefined ? [] : [{ id: detector.meta.id, inspector }];
});
const rules: readonly Rule[] = detectors.map(({ id, inspector }) => ({
  id,
  detector: id,
  on: ['output'],
  action: 'redact',
  mode: 'enforce',
  onFailure: 'block',
  timeout: 2000,
  maxText: 1 << 22,
  inspector,
}));

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}`);
console.log(`In line: ${detectors.map(({ id }) => id).join(', ')}; restoring ${people.length} values.\n`);

console.log(`Characters that wait after each frame of ${PIECE} characters (Chat stream)\n`);
console.log('| text | characters | p50 | p95 | p99 | most | µs a frame |\n|---|--:|--:|--:|--:|--:|--:|');
const every: number[] = [];
for (const [name, text] of Object.entries(texts)) {
  const { held, micros } = await follow(text);
  every.push(...held);
  console.log(`| ${name} | ${text.length} | ${row(held)} | ${micros.toFixed(1)} |`);
}
console.log(`| all | ${Object.values(texts).join('').length} | ${row(every)} | |`);
console.log(`\np95 over all: ${at(every, 0.95)} characters (bar: at most 64).\n`);

await firstToken();
await restoreCost();

function at(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

function row(held: readonly number[]): string {
  return [at(held, 0.5), at(held, 0.95), at(held, 0.99), at(held, 1)].join(' | ');
}

async function follow(text: string): Promise<{ readonly held: readonly number[]; readonly micros: number }> {
  const surface = surfaceFor('openai', '/chat/completions')!;
  const asked = surface.parseRequest({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] });
  const reader = surface.createStreamReader!(asked);
  const guard = new StreamGuard({ rules, reader, log: new DecisionLog(), maxHeld: 1 << 22, unknownEvents: 'inspect', keepText: false, restoring });
  const splitter = createFrameSplitter({ maxFrame: 1 << 20 });
  const held: number[] = [];
  let spent = 0;
  for (let from = 0; from < text.length; from += PIECE) {
    const choices = [{ index: 0, delta: { content: text.slice(from, from + PIECE) }, finish_reason: null }];
    const frame = Buffer.from(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`);
    const began = performance.now();
    await guard.push(splitter.push(frame));
    spent += performance.now() - began;
    held.push(guard.heldUnits);
  }
  return { held, micros: (spent * 1000) / held.length };
} // prettier-ignore

/** Milliseconds from the question to the first text: the provider alone, and through the gateway with all rules on. */
async function firstToken(): Promise<void> {
  const upstream = await startUpstream();
  const directory = await mkdtemp(join(tmpdir(), 'parapet-bench-'));
  const path = join(directory, 'parapet.yaml');
  await writeFile(
    path,
    stringify({
      listen: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 0 },
      upstreams: [{ id: 'open', dialect: 'openai', url: upstream.url, key: 'sk-upstream', models: ['*'] }],
      limits: { defaultMaxTokens: 10_000 },
      rules: [
        { id: 'personal-in', detector: 'personal-data', on: ['input'], action: 'redact', restore: true, options: {} },
        ...detectors.map(({ id }) => ({ id: `${id}-out`, detector: id, on: ['output'], action: 'redact', options: {} })),
      ],
    }),
  );
  const gateway = await startGateway({ loaded: await loadConfig(path, {}), env: {}, log: pino({ level: 'silent' }), version: 'bench', watch: false });
  const { key } = await gateway.runtime.keys.create({ principal: 'bench' });
  // 80 tokens a second, as fast models write.
  const model = 'long+length=400+chars=4+slow=12';
  const content = `${prose.slice(0, 2000)} Write to ${people[0]}.`;
  const ask = async (url: string, bearer: string): Promise<number> => {
    const began = performance.now();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content }] }),
    });
    let seen = '';
    let first = 0;
    for await (const chunk of response.body!) {
      seen += Buffer.from(chunk).toString('utf8');
      if (first === 0 && /"content":"[^"]/.test(seen)) {
        first = performance.now() - began;
        break;
      }
    }
    return first;
  };
  const direct: number[] = [];
  const through: number[] = [];
  for (let turn = 0; turn < asks + 5; turn++) {
    const alone = await ask(upstream.url, 'sk-upstream');
    const guarded = await ask(gateway.runtime.dataUrl, key);
    if (turn < 5) continue;
    direct.push(alone);
    through.push(guarded);
  }
  console.log(`Milliseconds to the first text, ${asks} asks each in turn, 2 KB of question, a token every 12 ms\n`);
  console.log('| | p50 | p95 | p99 |\n|---|--:|--:|--:|');
  for (const [name, sample] of [['provider alone', direct], ['through Parapet', through]] as const) {
    console.log(`| ${name} | ${[0.5, 0.95, 0.99].map((share) => at(sample, share).toFixed(1)).join(' | ')} |`);
  }
  console.log(`\nAdded at the median: ${(at(through, 0.5) - at(direct, 0.5)).toFixed(1)} ms (bar: at most 20 ms).\n`);
  await gateway.close();
  await upstream.close();
  await rm(directory, { recursive: true, force: true });
} // prettier-ignore

/** What reversible redaction adds to a request and to an answer, without the detector that finds the values. */
async function restoreCost(): Promise<void> {
  const surface = surfaceFor('openai', '/chat/completions')!;
  console.log('Microseconds that reversible redaction adds\n');
  console.log('| values | request of | finding placeholders for them | answer of | restoring it |\n|--:|--:|--:|--:|--:|');
  for (const [count, units] of [[1, 2048], [10, 10_240], [100, 102_400], [1000, 1_024_000]] as const) {
    const value = (index: number): string => `person.${index}@example.com`;
    const step = Math.floor(units / count);
    const content = Array.from({ length: count }, (_, index) => `${prose.repeat(30).slice(index * 7, index * 7 + step - 24)} ${value(index)}`).join(' ');
    const body = { model: 'm', messages: [{ role: 'user', content }] };
    const { segments } = surface.parseRequest(body);
    const inspector = {
      inspect: (text: string) =>
        [...text.matchAll(/person\.\d+@example\.com/g)].map((match) => ({ rule: 'b/b', severity: 'low' as const, message: '', mask: '', label: 'EMAIL', span: { start: match.index, end: match.index + match[0].length } })),
    };
    const rule: Rule = { id: 'b', detector: 'b', on: ['input'], action: 'redact', restore: true, mode: 'enforce', onFailure: 'block', timeout: 1, maxText: 1 << 22, inspector };
    const found = await inspectSegments([rule], 'input', segments, new DecisionLog());
    let own = vault();
    const requests = least(() => conceal(segments, found, (own = vault()), body));
    const answer = [...own.entries()].map(({ core }) => `${prose.slice(0, step - 24)} [${core}]`).join(' ');
    const answers = least(() => restoreText({ vault: own, allows: () => false }, 'text', answer));
    console.log(`| ${count} | ${content.length} | ${requests.toFixed(0)} | ${answer.length} | ${answers.toFixed(0)} |`);
  }
} // prettier-ignore

/** Least of several runs, in microseconds. */
function least(run: () => unknown): number {
  let best = Infinity;
  for (let turn = 0; turn < 25; turn++) {
    const began = performance.now();
    run();
    best = Math.min(best, (performance.now() - began) * 1000);
  }
  return best;
}
