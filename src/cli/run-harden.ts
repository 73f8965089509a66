import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { ARCHITECTURES, buildArchitecture } from '../engine/build/architectures.ts';
import { scoresOf } from '../engine/choose-output.ts';
import { loadOnnx } from '../engine/load-onnx.ts';
import type { OnnxModel } from '../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import type { Defence } from '../lab/defence/defence.ts';
import { defenceNamed, DEFENCES } from '../lab/defence/registry.ts';
import { wrapperConfig } from '../lab/defence/wrapper-config.ts';
import { harden, type HardenResult } from '../lab/harden.ts';
import type { LabelledData } from '../lab/labelled-data.ts';
import { loadData } from '../lab/load-data.ts';
import { splitData } from '../lab/split-data.ts';
import type { Io } from './command.ts';
import { dataOptions, parseBounds, parseSettings } from './data-options.ts';
import { parseNumber, parseWhole } from './parse-number.ts';
import { trainingProgress } from './training-progress.ts';

export interface HardenArguments {
  readonly data: string;
  readonly heldOut?: string;
  readonly method: string;
  readonly architecture?: string;
  readonly norm: string;
  readonly eps: string;
  readonly bounds: string;
  readonly epochs?: string;
  readonly batch?: string;
  readonly rate?: string;
  readonly set?: readonly string[];
  readonly classes?: string;
  readonly layout?: string;
  readonly scale?: string;
  readonly label?: string;
  readonly labels?: string;
  readonly limit?: string;
  readonly measure: string;
  readonly threads: string;
  readonly seed: string;
  readonly fresh?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** Share of the data that is held out where no other data is given. */
const HELD_OUT = 0.1;

export async function runHarden(file: string | undefined, options: HardenArguments, io: Io): Promise<void> {
  const defence = chosenDefence(options.method);
  const { norm } = options;
  if (norm !== 'linf' && norm !== 'l2') throw new Fault('ERR_USAGE', '--norm is linf or l2.');
  const eps = parseNumber(options.eps, '--eps');
  if (!(eps > 0)) throw new Fault('ERR_USAGE', '--eps must be above 0.');
  const { low, high } = parseBounds(options.bounds);
  const defenceOptions = chosenOptions(defence, options, norm, eps);
  if (defence.meta.texts === true) {
    const { runHardenText } = await import('./run-harden-text.ts');
    return runHardenText(file, defence, defenceOptions, options, io);
  }
  if ((file === undefined) === (options.architecture === undefined)) {
    throw new Fault('ERR_USAGE', 'Give either a model or --architecture.', {
      hint: `Architectures: ${ARCHITECTURES.map(({ id }) => id).join(', ')}.`,
    });
  }
  if (file !== undefined && /(?:^|[./\\])wrapper\.json$/i.test(file)) {
    throw new Fault('ERR_USAGE', `${file} is a wrapper, and what is trained is a network.`, {
      hint: 'Give the network that it names under "model"; methods with a wrapper write a new one.',
    });
  }
  const at = (path: string): string => resolve(io.cwd, path);
  const loaded = file === undefined ? null : await loadOnnx(at(file));
  const given = loaded === null ? null : withScoresFirst(loaded);
  const shape = given === null ? undefined : sampleShapeOf(given);
  const loading = dataOptions(options, shape);
  const all = await loadData(at(options.data), loading);
  const { kept, heldOut } =
    options.heldOut === undefined
      ? splitData(all, HELD_OUT, options.seed)
      : { kept: all, heldOut: await loadData(at(options.heldOut), { ...loading, inputShape: all.inputShape }) };
  assertBounds(kept, low, high);
  const classes = given === null ? classesOf(all, options.classes) : outputClasses(given, all, options.classes);
  const model =
    given ?? buildArchitecture(options.architecture!, { inputShape: all.inputShape, classes, seed: options.seed });
  const out = at(options.out);
  const checkpoint = `${out}.checkpoint.npz`;
  if (options.fresh === true) {
    for (const file of checkpointsOf(checkpoint)) await rm(file, { force: true });
  }
  const result = await harden({
    defence,
    defenceOptions,
    model,
    pretrained: given !== null,
    name: basename(out).replace(/\.onnx$/i, ''),
    ...(given === null
      ? {
          fresh: (seed: string) =>
            buildArchitecture(options.architecture!, { inputShape: all.inputShape, classes, seed }),
        }
      : {}),
    data: kept,
    heldOut,
    bounds: { low, high },
    classes,
    measure: { norm, eps, samples: parseWhole(options.measure, '--measure') },
    seed: options.seed,
    threads: parseWhole(options.threads, '--threads'),
    checkpoint,
    signal: io.signal,
    progress: trainingProgress(io),
  });
  if (result.artefact.interrupted) {
    io.err(`Stopped after ${result.artefact.steps} steps. The same command goes on there (${basename(checkpoint)}).`);
    io.exitCode = 3;
    return;
  }
  const { model: hardened, beside = [] } = result.artefact;
  const outputs = loaded?.graph.outputs ?? hardened.graph.outputs;
  const named = (model: typeof hardened): typeof hardened => ({ ...model, graph: { ...model.graph, outputs } });
  await writeFile(out, writeOnnx(named(hardened)));
  for (const { name, model: other } of beside) await writeFile(join(dirname(out), name), writeOnnx(named(other)));
  let wrapper: string | null = null;
  if (result.artefact.wrapper.length > 0) {
    wrapper = `${out.replace(/\.onnx$/i, '')}.wrapper.json`;
    const config = wrapperConfig(basename(out), result.artefact.wrapper, { low, high });
    await writeFile(wrapper, `${JSON.stringify(config, null, 2)}\n`);
  }
  await rm(checkpoint, { force: true });
  report(result, { method: defence.meta.id, out, wrapper, options: defenceOptions, kept, heldOut }, options, io);
}

/** The checkpoint, and those of an ensemble's members. */
function checkpointsOf(checkpoint: string): readonly string[] {
  const members = Array.from({ length: 16 }, (_, at) => checkpoint.replace(/\.npz$/, `.member-${at + 1}.npz`));
  return [checkpoint, ...members];
}

function chosenDefence(id: string): Defence<string, unknown> {
  const found = defenceNamed(id);
  if (found !== undefined) return found;
  throw new Fault('ERR_USAGE', `There is no method ${JSON.stringify(id)}.`, {
    hint: `There are ${DEFENCES.map(({ meta }) => meta.id).join(', ')}.`,
  });
}

/** `--set key=value` and the options with names of their own, checked by the method's schema. */
function chosenOptions(
  defence: Defence<string, unknown>,
  options: HardenArguments,
  norm: string,
  eps: number,
): unknown {
  const known = new Set(Object.keys(defence.defaults as object));
  const values: Record<string, unknown> = {};
  if (known.has('eps')) values['eps'] = eps;
  if (known.has('norm')) values['norm'] = norm;
  if (options.epochs !== undefined) values['epochs'] = parseWhole(options.epochs, '--epochs');
  if (options.batch !== undefined) values['batch'] = parseWhole(options.batch, '--batch');
  if (options.rate !== undefined) values['rate'] = parseNumber(options.rate, '--rate');
  Object.assign(values, parseSettings(options.set ?? []));
  const parsed = defence.options(z).safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : (issue?.path.join('.') ?? '');
  throw new Fault('ERR_USAGE', `An option of ${defence.meta.id} is wrong: ${issue?.message ?? 'unknown'}.`, {
    where: key,
    hint: `It has ${[...known].join(', ')}.`,
  });
}

function assertBounds(data: LabelledData, low: number, high: number): void {
  const at = data.inputs.findIndex((value) => value < low - 1e-6 || value > high + 1e-6);
  if (at < 0) return;
  throw new Fault('ERR_DATA', `A value of the data is outside the bounds ${low} to ${high}.`, {
    where: `sample ${Math.floor(at / (data.inputs.length / data.count))}`,
    hint: 'Say what values are divided by (--scale 255), or between what they lie (--bounds).',
  });
}

/** Shape of one sample, where the file says it. */
function sampleShapeOf(model: OnnxModel): readonly number[] | undefined {
  const shape = model.graph.inputs.find(({ name }) => !model.graph.initializers.has(name))?.shape?.slice(1);
  return shape?.every((length): length is number => typeof length === 'number' && length > 0) ? shape : undefined;
}

function classesOf({ labels, classNames }: LabelledData, said: string | undefined): number {
  if (said !== undefined) return parseWhole(said, '--classes');
  return classNames?.length ?? labels.reduce((most, label) => Math.max(most, label), 0) + 1;
}

/** The first output is trained: labels and features that stand before the scores go behind them while it is. */
function withScoresFirst(model: OnnxModel): OnnxModel {
  const name = scoresOf(model);
  const { outputs } = model.graph;
  const scores = outputs.find((one) => one.name === name) ?? { name, type: 'float32' as const, shape: null };
  return { ...model, graph: { ...model.graph, outputs: [scores, ...outputs.filter((one) => one !== scores)] } };
}

function outputClasses(model: OnnxModel, data: LabelledData, said: string | undefined): number {
  const last = model.graph.outputs[0]?.shape?.at(-1);
  if (last === 1) {
    throw new Fault('ERR_MODEL_UNSUPPORTED', 'The network has one score; training needs one for each class.', {
      where: model.graph.outputs[0]!.name,
      hint: 'Give its last layer two outputs and a Softmax in the place of the Sigmoid.',
    });
  }
  return typeof last === 'number' && last > 1 ? last : classesOf(data, said);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function report(
  { artefact, before, after }: HardenResult,
  about: {
    readonly method: string;
    readonly out: string;
    readonly wrapper: string | null;
    readonly options: unknown;
    readonly kept: LabelledData;
    readonly heldOut: LabelledData;
  },
  { json, seed }: HardenArguments,
  io: Io,
): void {
  if (json === true) {
    const { method, out, wrapper, options, kept, heldOut } = about;
    io.out(
      JSON.stringify({
        method,
        options,
        seed,
        model: out,
        wrapper,
        beside: (artefact.beside ?? []).map(({ name }) => name),
        trainedOn: kept.count,
        heldOut: heldOut.count,
        steps: artefact.steps,
        seconds: Math.round(artefact.seconds * 10) / 10,
        before,
        after,
        history: artefact.history,
      }),
    );
    return;
  }
  const line = (name: string, measured: HardenResult['after']): void => {
    if (measured === null) return;
    const { clean, abstained, robust } = measured;
    const said =
      abstained === undefined
        ? `under attack ${percent(robust)}`
        : `abstains on ${percent(abstained)}   right, and not brought to a wrong answer ${percent(robust)}`;
    io.out(`${name.padEnd(7)} clean ${percent(clean)}   ${said}`);
  };
  io.out(
    `${about.method}: ${artefact.steps} steps in ${Math.round(artefact.seconds)} s on ${about.kept.count} samples`,
  );
  line('before', before);
  line('after', after);
  if (after !== null)
    io.out(`measured on ${after.count} held-out samples with ${after.attack}; a stronger attack leaves less`);
  io.out(`model   ${about.out}`);
  if (artefact.beside !== undefined) io.out(`beside  ${artefact.beside.map(({ name }) => name).join(', ')}`);
  if (about.wrapper !== null) io.out(`wrapper ${about.wrapper} (the model alone is not the defence)`);
}
