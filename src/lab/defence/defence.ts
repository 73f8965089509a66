import type { z as Zod } from 'zod';
import type { OnnxModel } from '../../formats/onnx/onnx-model.ts';
import type { TrainingProgress } from '../../engine/train/train.ts';
import type { LabelledData } from '../labelled-data.ts';
import type { Bounds } from '../target.ts';
import type { WordTokenizer } from '../text/word-tokenizer.ts';
import type { WrapperStep } from './wrapper-config.ts';

export interface DefenceMeta<Id extends string = string> {
  /** The folder's name. */
  readonly id: Id;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  /** What its result withstands, and how that is shown: measured under attack, or proven. */
  readonly assurance: 'measured' | 'certified' | 'none';
  /** Trains networks over token ids on texts: it needs `tokenizer` in the context, and data of code points. */
  readonly texts?: true;
  /** Paper, with its arXiv id or DOI. */
  readonly references: readonly string[];
}

export interface DefenceContext {
  /** Inputs' smallest and largest values, in the units of the data. */
  readonly bounds: Bounds;
  readonly classes: number;
  readonly seed: string;
  /** Beginning of the names of files that the artefact consists of besides its model. Default: `hardened`. */
  readonly name?: string;
  /** The architecture that is trained, with other seeded weights; absent where training begins from a model that was given. */
  readonly fresh?: (seed: string) => OnnxModel;
  /** Other defences by their ids, for those that are made of others. */
  readonly defence?: (id: string) => Defence<string, unknown> | undefined;
  /** Of a network over token ids. */
  readonly tokenizer?: WordTokenizer;
  /** Threads that share the work of a step. */
  readonly threads: number;
  /** File to write what is done until now to, and to go on from. */
  readonly checkpoint?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (at: TrainingProgress) => void;
}

/** What a defence gives: an ONNX model, and what has to be done around it when it is used, where that is more than running it. */
export interface Artefact {
  readonly model: OnnxModel;
  /** Further models, which stand beside it under these names. */
  readonly beside?: readonly { readonly name: string; readonly model: OnnxModel }[];
  /** Empty: the model alone is the defence. Written beside it as `wrapper.json` (see `wrapper-config.ts`). */
  readonly wrapper: readonly WrapperStep[];
  readonly seconds: number;
  readonly steps: number;
  /** One an epoch: mean loss and accuracy on what was trained on. */
  readonly history: readonly { readonly loss: number; readonly accuracy: number; readonly score: number | null }[];
  /** True when the signal stopped it before its end. */
  readonly interrupted: boolean;
}

/**
 * A defence: a plug-in folder `lab/defence/<id>/` with `defence.ts` and `README.md`, and one line in `registry.ts`. The counterpart of
 * `lab/evasion/attack.ts`.
 */
export interface Defence<Id extends string = string, Options = unknown> {
  readonly meta: DefenceMeta<Id>;
  /** Schema of the options. Gets zod as an argument so that defences load without it. */
  readonly options: (z: typeof Zod) => Zod.ZodType<Options>;
  readonly defaults: Options;
  /**
   * @param model where training begins: seeded weights, or a model that is there already
   * @throws Fault `ERR_USAGE` when model, data and options do not go together, `ERR_DATA`, `ERR_MODEL_UNSUPPORTED`
   */
  run(model: OnnxModel, data: LabelledData, options: Options, context: DefenceContext): Promise<Artefact>;
}

/** Keeps the id's literal type and ties options to defaults. */
export function defineDefence<const Id extends string, Options>(defence: Defence<Id, Options>): Defence<Id, Options> {
  return defence;
}
