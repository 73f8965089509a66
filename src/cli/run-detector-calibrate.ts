import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { calibrateDetector } from '../lab/detector/calibrate.ts';
import type { InputDetector } from '../lab/detector/detector.ts';
import { inputDetectorNamed, INPUT_DETECTORS } from '../lab/detector/registry.ts';
import { writeThresholds } from '../lab/detector/thresholds-file.ts';
import { loadData } from '../lab/load-data.ts';
import type { Io } from './command.ts';
import { type DataArguments, dataOptions, parseBounds, parseSettings } from './data-options.ts';
import { openDetectorModels } from './open-detector-models.ts';
import { parseNumber, parseWhole } from './parse-number.ts';
import { writeWholeFile } from './write-whole-file.ts';

export interface CalibrateArguments extends DataArguments {
  readonly data: string;
  readonly detector: string;
  readonly fpr: string;
  readonly out: string;
  readonly layer?: string;
  readonly ensemble?: readonly string[];
  readonly fitShare: string;
  readonly set?: readonly string[];
  readonly bounds: string;
  readonly threads: string;
  readonly seed: string;
  readonly json?: boolean;
}

export async function runDetectorCalibrate(file: string, options: CalibrateArguments, io: Io): Promise<void> {
  const detector = chosenDetector(options.detector);
  const detectorOptions = chosenOptions(detector, options.set ?? []);
  const falsePositiveRate = parseNumber(options.fpr, '--fpr');
  const fitShare = parseNumber(options.fitShare, '--fit-share');
  const at = (path: string): string => resolve(io.cwd, path);
  const opened = await openDetectorModels(detector.meta, {
    model: at(file),
    ensemble: (options.ensemble ?? []).map(at),
    ...(options.layer === undefined ? {} : { layer: options.layer }),
    bounds: parseBounds(options.bounds),
    threads: parseWhole(options.threads, '--threads'),
  });
  try {
    const data = await loadData(at(options.data), dataOptions(options, opened.model.inputShape));
    const calibrated = await calibrateDetector(detector, opened.models, data, detectorOptions, {
      falsePositiveRate,
      fitShare,
      seed: options.seed,
      models: opened.files,
    });
    const out = at(options.out);
    await writeWholeFile(out, writeThresholds(calibrated));
    const { threshold, fittedOn, calibratedOn, models } = calibrated;
    if (options.json === true) {
      io.out(
        JSON.stringify({
          detector: detector.meta.id,
          options: detectorOptions,
          threshold,
          falsePositiveRate,
          fittedOn,
          calibratedOn,
          models,
          out,
        }),
      );
      return;
    }
    io.out(
      `${detector.meta.title}: threshold ${Number(threshold.toPrecision(6))} for false alarms on ${falsePositiveRate * 100} % of clean inputs`,
    );
    io.out(`fitted on ${fittedOn.samples} samples, threshold from ${calibratedOn.samples} others`);
    io.out(relative(io.cwd, out) || out);
    io.out('What it is worth, an attack that knows it says: parapet detector evaluate');
  } finally {
    await opened.close();
  }
}

function chosenDetector(id: string): InputDetector<string, unknown> {
  const found = inputDetectorNamed(id);
  if (found !== undefined) return found;
  throw new Fault('ERR_USAGE', `There is no detector ${JSON.stringify(id)}.`, {
    hint: `There are ${INPUT_DETECTORS.map(({ meta }) => meta.id).join(', ')}.`,
  });
}

function chosenOptions(detector: InputDetector<string, unknown>, pairs: readonly string[]): unknown {
  const parsed = detector.options(z).safeParse(parseSettings(pairs));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Fault('ERR_USAGE', `An option of ${detector.meta.id} is wrong: ${issue?.message ?? 'unknown'}.`, {
    where: issue?.path.join('.') || '--set',
    hint: `It has ${Object.keys(detector.defaults as object).join(', ') || 'none'}.`,
  });
}
