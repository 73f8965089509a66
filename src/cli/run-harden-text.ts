import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { loadOnnx } from '../engine/load-onnx.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import type { Defence } from '../lab/defence/defence.ts';
import type { TextAugmentOptions } from '../lab/defence/text-augment/defence.ts';
import { deepWordBug } from '../lab/evasion/deep-word-bug/attack.ts';
import { runAttack } from '../lab/evasion/run-attack.ts';
import { type LabelledData, sliceData } from '../lab/labelled-data.ts';
import { loadTargetData } from '../lab/load-target-data.ts';
import { readModelFile } from '../lab/open-model-file.ts';
import { openTarget } from '../lab/open-target.ts';
import { splitData } from '../lab/split-data.ts';
import { parseTargetFile } from '../lab/target-file.ts';
import { parseVocabulary, WordTokenizer } from '../lab/text/word-tokenizer.ts';
import type { Io } from './command.ts';
import { parseWhole } from './parse-number.ts';
import type { HardenArguments } from './run-harden.ts';
import { trainingProgress } from './training-progress.ts';

const HELD_OUT = 0.1;
/** Share of the words that the measuring attack may change. */
const MEASURED_AT = 0.3;

interface Measured {
  readonly clean: number;
  readonly robust: number;
  readonly count: number;
}

/** `parapet harden` on a text classifier: it comes as a target file, and goes out as a network with a target file. */
export async function runHardenText(
  file: string | undefined,
  defence: Defence<string, unknown>,
  defenceOptions: unknown,
  options: HardenArguments,
  io: Io,
): Promise<void> {
  const at = (path: string): string => resolve(io.cwd, path);
  if (file === undefined || !/\.(ya?ml|json)$/i.test(file)) {
    throw new Fault('ERR_USAGE', `${defence.meta.id} takes a target file of a text classifier.`, {
      hint: 'It names model and tokenizer; see docs/targets.md.',
    });
  }
  const text = Buffer.from(await readModelFile(at(file))).toString('utf8');
  const declared = parseTargetFile(text, basename(file));
  const tokens = declared.text?.tokenizer;
  if (declared.model === undefined || tokens === undefined) {
    throw new Fault('ERR_USAGE', 'The target file names no network with a tokenizer.', {
      where: basename(file),
      hint: 'Training needs model and text.tokenizer.',
    });
  }
  const folder = dirname(at(file));
  const vocabulary = parseVocabulary(
    Buffer.from(await readModelFile(resolve(folder, tokens.vocabulary))).toString('utf8'),
    tokens.vocabulary,
  );
  const tokenizer = new WordTokenizer(vocabulary, tokens);
  const samples = parseWhole(options.measure, '--measure');
  const before = await openTarget(file, { cwd: io.cwd, threads: 1 });
  let data: LabelledData;
  let heldOut: LabelledData;
  let first: Measured;
  try {
    const read = (path: string): Promise<LabelledData> =>
      loadTargetData(before, at(path), {
        ...(options.label === undefined ? {} : { label: options.label }),
        ...(options.limit === undefined ? {} : { limit: parseWhole(options.limit, '--limit') }),
      });
    const all = await read(options.data);
    const split = options.heldOut === undefined ? splitData(all, HELD_OUT, options.seed) : null;
    data = split?.kept ?? all;
    heldOut = split?.heldOut ?? (await read(options.heldOut!));
    heldOut = sliceData(heldOut, 0, Math.min(samples, heldOut.count));
    first = await measured(before, heldOut, options.seed, io.signal);
  } finally {
    await before.close();
  }
  const out = at(options.out);
  const checkpoint = `${out}.checkpoint.npz`;
  if (options.fresh === true) await rm(checkpoint, { force: true });
  const artefact = await defence.run(await loadOnnx(resolve(folder, declared.model)), data, defenceOptions, {
    bounds: { low: 0, high: 0x10ffff },
    classes: before.classes,
    tokenizer,
    seed: options.seed,
    threads: parseWhole(options.threads, '--threads'),
    checkpoint,
    signal: io.signal,
    progress: trainingProgress(io),
  });
  if (artefact.interrupted) {
    io.err(`Stopped after ${artefact.steps} steps. The same command goes on from ${basename(checkpoint)}.`);
    io.exitCode = 3;
    return;
  }
  await writeFile(out, writeOnnx(artefact.model));
  const { canonicalise } = defenceOptions as TextAugmentOptions;
  const target = `${out.replace(/\.onnx$/i, '')}.target.json`;
  const written = {
    ...declared,
    model: basename(out),
    text: {
      ...declared.text,
      canonicalise,
      tokenizer: { ...tokens, vocabulary: relative(dirname(out), resolve(folder, tokens.vocabulary)) },
    },
  };
  await writeFile(target, `${JSON.stringify(written, null, 2)}\n`);
  await rm(checkpoint, { force: true });
  const hardened = await openTarget(target, { threads: 1 });
  let last: Measured;
  try {
    last = await measured(hardened, heldOut, options.seed, io.signal);
  } finally {
    await hardened.close();
  }
  const { steps, seconds, history } = artefact;
  if (options.json === true) {
    const about = { method: defence.meta.id, options: defenceOptions, seed: options.seed, model: out, target };
    const counts = { trainedOn: data.count, heldOut: heldOut.count, steps, seconds: Math.round(seconds * 10) / 10 };
    io.out(JSON.stringify({ ...about, ...counts, before: first, after: last, history }));
    return;
  }
  io.out(`${defence.meta.id}: ${steps} steps in ${Math.round(seconds)} s on ${data.count} texts`);
  for (const [name, one] of [
    ['before', first],
    ['after', last],
  ] as const) {
    io.out(`${name.padEnd(7)} clean ${percent(one.clean)}   under attack ${percent(one.robust)}`);
  }
  io.out(
    `measured on ${last.count} held-out texts with deep-word-bug, ${percent(MEASURED_AT)} of the words; other attacks may leave less`,
  );
  io.out(`model   ${out}`);
  io.out(`target  ${target} (the model alone is not the defence)`);
}

async function measured(
  target: Awaited<ReturnType<typeof openTarget>>,
  data: LabelledData,
  seed: string,
  signal: AbortSignal,
): Promise<Measured> {
  const { metrics } = await runAttack({
    attack: deepWordBug,
    target,
    data,
    perturbation: { norm: 'edits', eps: MEASURED_AT },
    seed: `${seed}/measure`,
    expectation: null,
    signal,
  });
  return { clean: metrics.cleanAccuracy.value, robust: metrics.robustAccuracy.value, count: data.count };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
