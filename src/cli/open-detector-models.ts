import { Fault } from '../core/fault.ts';
import type { DetectorModelFile } from '../lab/detector/calibrate.ts';
import type { DetectorModels, InputDetectorMeta } from '../lab/detector/detector.ts';
import { type FeatureTarget, openFeatureTarget } from '../lab/feature-target.ts';
import { wrapperAt } from '../lab/defence/open-wrapper.ts';
import { isWrappedTarget } from '../lab/defence/wrapped-target.ts';
import { type OnnxTarget, openOnnxTarget } from '../lab/onnx-target.ts';
import { readModelFile } from '../lab/open-model-file.ts';
import { openTarget } from '../lab/open-target.ts';
import { type Bounds, type GradientTarget, isGradientTarget, type Target } from '../lab/target.ts';
import { digestFile } from './digest-file.ts';
import { digestOfLocator } from './digest-of-locator.ts';

export interface DetectorModelOptions {
  readonly model: string;
  readonly ensemble: readonly string[];
  readonly layer?: string;
  readonly bounds: Bounds;
  readonly threads: number;
}

/** The models that one detector needs, opened from ONNX files. */
export interface OpenedModels {
  readonly model: GradientTarget;
  readonly models: DetectorModels;
  readonly files: readonly DetectorModelFile[];
  close(): Promise<void>;
}

/** @throws Fault `ERR_USAGE` when other models are given that the detector has no use for, or none where it needs some; what opening throws */
export async function openDetectorModels(
  { id, needs }: Pick<InputDetectorMeta, 'id' | 'needs'>,
  { model: file, ensemble, layer, bounds, threads }: DetectorModelOptions,
): Promise<OpenedModels> {
  if (needs.includes('ensemble') !== ensemble.length > 0) {
    throw new Fault(
      'ERR_USAGE',
      ensemble.length > 0 ? `${id} has no use for other models.` : `${id} needs other models for the same task.`,
      { where: '--ensemble' },
    );
  }
  if (layer !== undefined && !needs.includes('features'))
    throw new Fault('ERR_USAGE', `${id} does not look at a layer.`, { where: '--layer' });
  const opened: Target[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened) await one.close();
  };
  try {
    const model = await openModel(file, needs.includes('features'), { bounds, threads });
    opened.push(model);
    const sha256 = isWrappedTarget(model) ? await digestOfLocator(file, '.') : await digestFile(file);
    const files: DetectorModelFile[] = [{ role: 'model', sha256 }];
    let features: FeatureTarget | undefined;
    if (needs.includes('features')) {
      features = await openFeatureTarget(file, { bounds, threads, ...(layer === undefined ? {} : { layer }) });
      opened.push(features);
      files.push({ role: 'features', sha256, layer: features.layer });
    }
    const others: OnnxTarget[] = [];
    for (const path of ensemble) {
      const other = await openOnnxTarget(path, { bounds, threads });
      opened.push(other);
      others.push(other);
      files.push({ role: 'ensemble', sha256: await digestFile(path) });
    }
    const models = { model, ...(features && { features }), ...(others.length > 0 && { ensemble: others }) };
    return { model, models, files, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A network, or a hardened one behind its wrapper, whose bounds are then the wrapper's. */
async function openModel(
  file: string,
  features: boolean,
  options: { readonly bounds: Bounds; readonly threads: number },
): Promise<GradientTarget> {
  if (wrapperAt(file, await readModelFile(file)) === null) return openOnnxTarget(file, options);
  if (features) {
    throw new Fault('ERR_USAGE', 'A detector that looks at a layer needs the network itself.', {
      where: file,
      hint: 'Give the ONNX file that the wrapper names.',
    });
  }
  const target = await openTarget(file, { threads: options.threads });
  if (isGradientTarget(target)) return target;
  await target.close();
  throw new Fault('ERR_MODEL_UNSUPPORTED', 'The wrapper stands around no network.', { where: file });
}
