import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PatchShape } from '../../src/lab/evasion/adversarial-patch/patch-mask.ts';
import type { Patch } from '../../src/lab/evasion/adversarial-patch/place-patch.ts';
import { createPatchCleanser } from '../../src/lab/defence/patchcleanser/patchcleanser.ts';
import { ensembleDisagreement } from '../../src/lab/detector/ensemble-disagreement/detector.ts';
import { digestOf } from '../../src/lab/evasion/attack-log.ts';
import { pgd } from '../../src/lab/evasion/pgd/attack.ts';
import { ensembleTarget } from '../../src/lab/ensemble-target.ts';
import { type LabelledData, sliceData } from '../../src/lab/labelled-data.ts';
import { type OnnxTarget, openOnnxTarget } from '../../src/lab/onnx-target.ts';
import { robustAccuracy } from '../../src/lab/robust-accuracy.ts';
import { thresholdAtRate } from '../../src/math/quantile.ts';
import { seededRandom } from '../../src/math/random.ts';
import { writeAssessment } from '../write-assessment.ts';
import { agreementOf } from './agreement.ts';
import { pictureSheet } from './picture-sheet.ts';
import { type Signs, STOP } from './read-signs.ts';
import { SIGN_NAMES } from './sign-names.ts';
import {
  answersOf,
  commonMistake,
  learnSticker,
  plainSticker,
  rightShare,
  ROUND_PIXELS,
  signsOf,
  STICKER_AREA,
  stuckOn,
} from './stickers.ts';
import { EPS, type TrainedModel } from './train-models.ts';

/** What steps share. */
export interface Context {
  readonly signs: Signs;
  readonly models: readonly TrainedModel[];
  /** Folder of everything that is written. */
  readonly out: string;
  /** Test samples that are attacked. */
  readonly samples: number;
  /** Samples whose certificates are tried. */
  readonly certified: number;
  /** Steps in which a sticker is learnt. */
  readonly iterations: number;
  /** Seconds of each assessment. */
  readonly budget: number;
  readonly say: (line: string) => void;
  /** Round stickers by the model that they were learnt on, for the steps after. */
  readonly stickers: Map<TrainedModel['id'], Patch>;
}

export interface Step {
  readonly title: string;
  /** @returns what goes into `results.json` under the title */
  run(context: Context): Promise<unknown>;
}

export const STEPS: readonly Step[] = [
  { title: 'accuracy, clean and under PGD', run: measure },
  { title: 'stickers on stop signs', run: stickers },
  { title: 'PatchCleanser', run: patchCleanser },
  { title: 'two models that must agree', run: twoModels },
  { title: 'reports', run: reports },
];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

async function withTarget<Result>(model: TrainedModel, use: (target: OnnxTarget) => Promise<Result>): Promise<Result> {
  const target = await openOnnxTarget(model.model, { threads: 0, name: `${model.id}.onnx`, classNames: SIGN_NAMES });
  try {
    return await use(target);
  } finally {
    await target.close();
  }
}

async function measure({ signs, models, samples, say }: Context): Promise<unknown> {
  const results: Record<string, unknown> = {};
  const data = sliceData(signs.test, 0, Math.min(samples, signs.test.count));
  say(`| model | ${data.count} signs as they are | PGD-20 at 8/255 |\n|---|--:|--:|`);
  for (const model of models) {
    await withTarget(model, async (target) => {
      const measured = await robustAccuracy(target, data, { norm: 'linf', eps: EPS, steps: 20, seed: 'traffic signs' });
      results[model.id] = measured;
      say(`| ${model.id} | ${percent(measured.clean)} | ${percent(measured.robust)} |`);
    });
  }
  return results;
}

/** Learnt on stop signs of the training set, judged on those of the test set. */
async function stickers(context: Context): Promise<unknown> {
  const { signs, models, iterations, out, say } = context;
  const [learnt, judged] = [signsOf(signs.train, STOP, 300), signsOf(signs.test, STOP, 300)];
  const results: Record<string, unknown> = {};
  say(
    `${judged.count} stop signs of the test set; stickers on ${percent(STICKER_AREA)} of the picture, learnt on ${learnt.count} others`,
  );
  say(
    '| model | as they are | white round sticker | learnt, two bars | learnt, round | taken for |\n|---|--:|--:|--:|--:|---|',
  );
  const sheet: Float32Array[][] = [rowOf(judged)];
  for (const model of models) {
    await withTarget(model, async (target) => {
      const under = async (patch: Patch): Promise<{ readonly share: number; readonly mistake: number | null }> => {
        const shown = stuckOn(judged, patch, 'judged');
        const answers = await answersOf(target, shown);
        return { share: rightShare(answers, judged), mistake: commonMistake(answers, judged) };
      };
      const learn = (shape: PatchShape): Promise<Patch> =>
        learnSticker(target, learnt, { shape, goal: null, iterations, seed: `sticker ${model.id}` });
      const [bars, round] = [await learn('stickers'), await learn('circle')];
      context.stickers.set(model.id, round);
      sheet.push(rowOf(stuckOn(judged, bars, 'judged')), rowOf(stuckOn(judged, round, 'judged')));
      const clean = rightShare(await answersOf(target, judged), judged);
      const [plain, byBars, byRound] = [await under(plainSticker(round)), await under(bars), await under(round)];
      const mistake = byRound.mistake === null ? '' : SIGN_NAMES[byRound.mistake]!;
      results[model.id] = { clean, plain: plain.share, bars: byBars.share, round: byRound.share, mistake };
      say(
        `| ${model.id} | ${[clean, plain.share, byBars.share, byRound.share].map(percent).join(' | ')} | ${mistake} |`,
      );
    });
  }
  const file = join(out, 'stickers.png');
  writeFileSync(file, pictureSheet(sheet, 32));
  say(`Pictures (as they are; then bars and round stickers for ${models.map(({ id }) => id).join(', ')}): ${file}`);
  return { signs: judged.count, learntOn: learnt.count, area: STICKER_AREA, models: results };
}

/** The first few of the pictures. */
function rowOf({ inputs, count }: LabelledData): Float32Array[] {
  const size = inputs.length / count;
  return Array.from({ length: Math.min(8, count) }, (_, i) => inputs.subarray(i * size, (i + 1) * size));
}

/** Masks that cover any patch of 6 x 6 pixels, wherever it is: the round stickers are no wider. */
async function patchCleanser({ signs, models, stickers: learnt, certified, say }: Context): Promise<unknown> {
  const results: Record<string, unknown> = {};
  const some = sliceData(signs.test, 0, Math.min(certified, signs.test.count));
  const stop = signsOf(signs.test, STOP, certified);
  say(
    `| model | ${some.count} signs, bare | with PatchCleanser | proven | ${stop.count} stop signs: bare, with the round sticker | with PatchCleanser | proven |`,
  );
  say('|---|--:|--:|--:|--:|--:|--:|');
  for (const model of models) {
    await withTarget(model, async (target) => {
      const patch = { height: ROUND_PIXELS, width: ROUND_PIXELS };
      const cleanser = createPatchCleanser(target, { patch, masksPerAxis: 6, fill: 0.5, batch: 128 });
      const judge = async (data: LabelledData): Promise<number> => {
        const size = data.inputs.length / data.count;
        let right = 0;
        for (let i = 0; i < data.count; i++) {
          const { label } = await cleanser.predict(data.inputs.slice(i * size, (i + 1) * size));
          if (label === data.labels[i]) right++;
        }
        return right / data.count;
      };
      const prove = async (data: LabelledData): Promise<number> => {
        const size = data.inputs.length / data.count;
        let proven = 0;
        for (let i = 0; i < data.count; i++) {
          if (await cleanser.certify(data.inputs.slice(i * size, (i + 1) * size), data.labels[i]!)) proven++;
        }
        return proven / data.count;
      };
      const shown = stuckOn(stop, learnt.get(model.id)!, 'judged');
      const bare = async (data: LabelledData): Promise<number> => rightShare(await answersOf(target, data), data);
      const row = {
        bare: await bare(some),
        cleansed: await judge(some),
        proven: await prove(some),
        stickerBare: await bare(shown),
        stickerCleansed: await judge(shown),
        stopProven: await prove(stop),
      };
      results[model.id] = row;
      say(`| ${model.id} | ${Object.values(row).map(percent).join(' | ')} |`);
    });
  }
  return { samples: some.count, stopSigns: stop.count, patch: ROUND_PIXELS, models: results };
}

async function twoModels(context: Context): Promise<unknown> {
  const { signs, models, stickers: learnt, iterations, samples, say } = context;
  const own = (id: TrainedModel['id']): TrainedModel => models.find((model) => model.id === id)!;
  return withTarget(own('masked'), (first) =>
    withTarget(own('hardened'), async (second) => {
      const both = ensembleTarget([first, second], 'masked and hardened');
      const [train, stop] = [signsOf(signs.train, STOP, 300), signsOf(signs.test, STOP, 300)];
      const some = sliceData(signs.test, 0, Math.min(samples, signs.test.count));
      const detector = { model: first, ensemble: [first, second] };
      const scorer = ensembleDisagreement.open(detector, await ensembleDisagreement.fit(detector, some, {}), {});
      const quiet = sliceData(signs.heldOut, 0, Math.min(1000, signs.heldOut.count));
      const threshold = thresholdAtRate(await scorer.score(quiet.inputs, quiet.count), 0.05);
      const results: Record<string, unknown> = {};
      say('| shown to both | both right | both wrong, the same | handed over | disagreement above its 5 % threshold |');
      say('|---|--:|--:|--:|--:|');
      const judge = async (name: string, data: LabelledData): Promise<void> => {
        const agreement = agreementOf(await answersOf(first, data), await answersOf(second, data), data);
        const scores = await scorer.score(data.inputs, data.count);
        const detected = scores.filter((score) => !(score <= threshold)).length / data.count;
        results[name] = { ...agreement, detected };
        const shares = [agreement.right, agreement.wrong, agreement.handedOver, detected];
        say(`| ${name} | ${shares.map(percent).join(' | ')} |`);
      };
      await judge('test signs', some);
      await judge('stop signs', stop);
      await judge('sticker learnt on masked', stuckOn(stop, learnt.get('masked')!, 'judged'));
      await judge('sticker learnt on hardened', stuckOn(stop, learnt.get('hardened')!, 'judged'));
      const wish = { shape: 'circle', iterations, seed: 'sticker both' } as const;
      const any = stuckOn(stop, await learnSticker(both, train, { ...wish, goal: null }), 'judged');
      await judge('sticker learnt on both', any);
      const goal = commonMistake(await answersOf(both, any), stop);
      if (goal !== null) {
        const sticker = await learnSticker(both, train, { ...wish, goal });
        await judge(`sticker learnt on both, to be taken for ${SIGN_NAMES[goal]!}`, stuckOn(stop, sticker, 'judged'));
      }
      const part = sliceData(some, 0, Math.min(300, some.count));
      const perturbation = { norm: 'linf', eps: EPS } as const;
      const { adversarial } = await pgd.run(both, part, perturbation, pgd.defaults, { random: seededRandom('both') });
      await judge('PGD on both at 8/255, test signs', { ...part, inputs: adversarial });
      return { threshold, shown: results };
    }),
  );
}

async function reports({ signs, models, out, samples, budget, say }: Context): Promise<unknown> {
  const results: Record<string, unknown> = {};
  const data = sliceData(signs.test, 0, Math.min(samples, signs.test.count));
  for (const model of models) {
    await withTarget(model, async (target) => {
      const folder = join(out, model.id);
      const { clean, robust } = await writeAssessment(
        {
          target,
          modelDigest: digestOf(readFileSync(model.file)),
          data: { ...data, classNames: SIGN_NAMES },
          dataName: 'GTSRB, test set',
          perturbations: [{ norm: 'linf', eps: EPS }],
          scenarios: ['white-box', 'black-box', 'sticker'],
          stickerArea: STICKER_AREA,
          budget,
          seed: 'traffic signs',
        },
        folder,
        'npm run example:traffic-signs',
      );
      results[model.id] = { clean: clean.accuracy, robust };
      const worst = robust.map(({ norm, accuracy }) => `${norm} ${percent(accuracy.value)}`).join(', ');
      const attacked = worst === '' ? 'no attack was done within its budget' : worst;
      say(`${model.id}: clean ${percent(clean.accuracy.value)}, ${attacked}: ${join(folder, 'report.html')}`);
    });
  }
  return results;
}
