import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Detector, Inspector, Subject } from '../../src/detect/detector.ts';
import { fixtureInspector } from '../../test/detect/fixture-inspector.ts';
import { growthExponent } from '../../test/detect/growth-exponent.ts';
import { DETECTORS } from '../../src/detect/registry.ts';

const root = resolve(import.meta.dirname, '../..');
const subject: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
/** Characters in a piece of a stream: about one token. */
const PIECE = 4;

const PROSE =
  `The transfer that you asked about left the account on Tuesday morning and should arrive within two working days; if it
has not, the receiving bank can trace it with the reference on your statement. You can change your password under
Settings, Security. Choose one that you use nowhere else, and keep the recovery codes on paper. I cannot see your
balance from here, but once you are signed in the overview shows it, together with pending card payments and standing
orders. The API has moved: see https://docs.example.org/accounts/v2 for the new paths. Shall I also explain how a
refund works, or would you rather speak to a person? Our colleagues answer from 8 to 18 o'clock, Monday to Friday. `.replaceAll(
    '\n',
    ' ',
  );

const texts = {
  prose: PROSE.repeat(4),
  code: globSync('src/**/*.ts', { cwd: root, exclude: (name) => name.endsWith('.test.ts') })
    .sort()
    .slice(0, 40)
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
    .slice(0, 100_000),
};

/** The subject that a detector is made for. */
function subjectOf({ meta }: Detector<string, unknown>): Subject {
  return { ...subject, stage: meta.stages[0]!, origin: meta.origins?.[0] ?? 'model' };
}

/** What detectors cost: microseconds on clean text, time on hostile text and its growth, and how much of a stream they hold back. */
export async function printCost(): Promise<void> {
  console.log('\n## Cost, one core');
  const all = DETECTORS as readonly unknown[] as readonly Detector<string, unknown>[];
  // bench/tiers.ts measures what needs a model.
  const detectors = all.filter(({ meta }) => meta.needs === undefined);
  await together(detectors);
  for (const detector of detectors) {
    const inspector = fixtureInspector(detector);
    const its = subjectOf(detector);
    console.log(`\n### ${detector.meta.id}\n`);
    console.log('| text | units | µs a call |\n|---|--:|--:|');
    for (const [name, text] of [
      ['clean prose', texts.prose.slice(0, 2048)],
      ['clean prose', texts.prose.repeat(4).slice(0, 10_240)],
      ['code', texts.code.slice(0, 10_240)],
    ] as const) {
      console.log(`| ${name} | ${text.length} | ${(await microseconds(inspector, text, its)).toFixed(1)} |`);
    }
    await hostile(detector.meta.id, inspector, its);
    await holdBack(inspector);
  }
}

/** 2 KB through all default detectors, each text once, so that nothing is remembered from the round before. */
async function together(detectors: readonly Detector<string, unknown>[]): Promise<void> {
  const inspectors = detectors.map((detector) => detector.create(detector.defaults));
  for (const origin of ['user', 'tool', 'model']) {
    const stage = origin === 'model' ? 'output' : 'input';
    const used = inspectors.filter((_, i) => detectors[i]!.meta.stages.includes(stage));
    const spent: number[] = [];
    for (let round = 0; round < 1500; round++) {
      const from = (round * 137) % (texts.prose.length - 2048);
      const text = `${round} ${texts.prose.slice(from, from + 2040)}`;
      const began = performance.now();
      for (const inspector of used) {
        const findings = inspector.inspect(text, { ...subject, stage, origin });
        if (findings instanceof Promise) await findings;
      }
      if (round >= 500) spent.push(performance.now() - began);
    }
    spent.sort((a, b) => a - b);
    console.log(
      `\n2 KB of origin \`${origin}\` through ${used.length} detectors: p50 ${spent[spent.length >> 1]!.toFixed(2)} ms, p99 ${spent[Math.floor(spent.length * 0.99)]!.toFixed(2)} ms`,
    );
  }
}

/** Least mean of several batches. */
async function microseconds(inspector: Inspector, text: string, its: Subject): Promise<number> {
  let least = Infinity;
  for (let batch = 0; batch < 12; batch++) {
    const began = performance.now();
    for (let i = 0; i < 100; i++) {
      // Another text each time: work that is remembered would hide what a first look costs.
      const findings = inspector.inspect(`${i} ${text}`, its);
      if (findings instanceof Promise) await findings;
    }
    least = Math.min(least, ((performance.now() - began) / 100) * 1000);
  }
  return least;
}

async function hostile(id: string, inspector: Inspector, its: Subject): Promise<void> {
  const atoms = globSync(`src/detect/${id}/fixtures/hostile/*.txt`, { cwd: root }).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
  const times: { readonly atom: string; readonly millis: number }[] = [];
  for (const atom of ['a', 'aA1', ...atoms]) {
    const text = atom.repeat(Math.ceil((1 << 20) / atom.length)).slice(0, 1 << 20);
    const began = performance.now();
    await inspector.inspect(text, its);
    times.push({ atom, millis: performance.now() - began });
  }
  times.sort((a, b) => b.millis - a.millis);
  const [worst] = times;
  const median = times[times.length >> 1]!;
  const slowest = worst!.atom.repeat(Math.ceil((1 << 20) / worst!.atom.length)).slice(0, 1 << 20);
  const exponent = await growthExponent(slowest, async (part) => void (await inspector.inspect(part, its)), 0);
  console.log(
    `1 MB of hostile text, ${times.length} kinds: median ${median.millis.toFixed(0)} ms, worst ${worst!.millis.toFixed(0)} ms (${JSON.stringify(worst!.atom.slice(0, 24))} repeated), growing as n^${exponent.toFixed(2)}`,
  );
}

/** Follows a stream as the guard does and looks how much is held after each piece. */
async function holdBack(inspector: Inspector): Promise<void> {
  const { streaming } = inspector;
  if (streaming === undefined) return console.log('holds whole texts');
  console.log('| stream | p50 held | p95 | p99 | most | µs a piece |\n|---|--:|--:|--:|--:|--:|');
  for (const [name, text] of Object.entries(texts)) {
    const held: number[] = [];
    let view = '';
    let spent = 0;
    for (let at = 0; at < text.length; at += PIECE) {
      view += text.slice(at, at + PIECE);
      const began = performance.now();
      const hold = streaming.holdFrom(view);
      const findings = inspector.inspect(view, subject);
      if (findings instanceof Promise) await findings;
      spent += performance.now() - began;
      held.push(view.length - hold);
      view = view.slice(Math.max(0, hold - streaming.lookBehind));
    }
    held.sort((a, b) => a - b);
    const at = (share: number): number => held[Math.min(held.length - 1, Math.floor(held.length * share))]!;
    console.log(
      `| ${name} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${held.at(-1)} | ${((spent * 1000) / held.length).toFixed(1)} |`,
    );
  }
}
