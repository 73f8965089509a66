import { Fault } from '../core/fault.ts';
import type { Target } from './target.ts';
import { isTextTarget } from './text/text-target.ts';
import { isTreeTarget } from './trees/tree-target.ts';

/** What a sample is: it decides which attacks make sense. Nothing can be stuck onto a series. */
export const SAMPLE_KINDS = ['image', 'series', 'table', 'text'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

export interface KindOfSample {
  readonly kind: SampleKind;
  /** How it is known, for people: one sentence. */
  readonly says: string;
}

/** Numbers of channels that pictures have. */
const CHANNELS: ReadonlySet<number> = new Set([1, 3, 4]);

/**
 * What the target's samples are: what was declared, or else by their shape. One length is a row of a table; two that are the same a picture in grey, two that
 * differ a window of a series (time by sensors); three with 1, 3 or 4 channels first or last a picture; anything else a series.
 */
export function kindOfSample(target: Target): KindOfSample {
  const { inputShape: shape } = target;
  if (isTextTarget(target)) return { kind: 'text', says: 'Samples are texts.' };
  if (target.kind !== undefined) return { kind: target.kind, says: `Samples are declared as ${NAMES[target.kind]}.` };
  const taken = (kind: SampleKind, why: string): KindOfSample => ({
    kind,
    says: `Samples are taken for ${NAMES[kind]}: ${why}, [${shape.join(', ')}]. Where they are something else, say it (--kind, or kind in the target file).`,
  });
  if (isTreeTarget(target) || target.constraints !== undefined) return taken('table', 'the model is one of rows');
  if (shape.length === 1) return taken('table', 'they have one length');
  if (shape.length === 2) {
    return shape[0] === shape[1] && shape[0]! > 1
      ? taken('image', 'they have two equal lengths')
      : taken('series', 'they have two lengths that differ');
  }
  if (shape.length === 3 && (CHANNELS.has(shape[0]!) || CHANNELS.has(shape[2]!))) {
    return taken('image', 'they have 1, 3 or 4 channels');
  }
  return taken('series', 'their shape is none of a picture');
}

const NAMES: Readonly<Record<SampleKind, string>> = {
  image: 'pictures',
  series: 'series',
  table: 'rows of a table',
  text: 'texts',
};

/**
 * A target of which is said what its samples are.
 * @throws Fault `ERR_CONFIG` where they cannot be that
 */
export function withKind<T extends Target>(target: T, kind: SampleKind, where: string): T {
  const { inputShape } = target;
  const wrong = (why: string): Fault => new Fault('ERR_CONFIG', why, { where, hint: SAMPLE_KINDS.join(', ') });
  if ((kind === 'text') !== isTextTarget(target)) {
    throw wrong(kind === 'text' ? 'The model does not read texts.' : `The model reads texts, and no ${NAMES[kind]}.`);
  }
  if (kind === 'image' && (inputShape.length < 2 || inputShape.length > 3)) {
    throw wrong(`Samples of [${inputShape.join(', ')}] are no pictures.`);
  }
  return { ...target, kind };
}
