import type { Fault } from '../core/fault.ts';
import { PHRASE_MAX } from './lexicon.ts';
import type { Head, ModelHeader } from './model.ts';

type Wrong = (what: string) => Fault;

/** @throws what `wrong` makes of the first thing that is not as `ModelHeader` says. */
export function parseHeader(bytes: Uint8Array, wrong: Wrong): ModelHeader {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw wrong('its header is not JSON');
  }
  const root = fieldsOf(json, 'header', wrong);
  const features = fieldsOf(root['features'], 'features', wrong);
  const windows = fieldsOf(root['windows'], 'windows', wrong);
  const letters = numbers(features['letters'], 'features.letters', 0, 8, wrong);
  if (letters.length !== 2 || letters[0]! > letters[1]!) throw wrong('features.letters is not least and most');
  const piece = numbers(windows['piece'], 'windows.piece', 1, 4096, wrong);
  if (piece.length !== 2 || piece[0]! > piece[1]!) throw wrong('windows.piece is not least and most');
  const scales = numbers(windows['scales'], 'windows.scales', 1, 1 << 20, wrong);
  if (scales.length > 4) throw wrong('windows.scales has more than 4');
  const heads = root['heads'];
  if (!Array.isArray(heads) || heads.length === 0 || heads.length > 64) throw wrong('it has not 1 to 64 heads');
  return {
    name: text(root['name'], 'name', wrong),
    description: text(root['description'], 'description', wrong),
    features: {
      words: number(features['words'], 'features.words', 1, 3, wrong),
      gaps: flag(features['gaps'], 'features.gaps', wrong),
      letters: [letters[0]!, letters[1]!],
      marks: flag(features['marks'], 'features.marks', wrong),
      conceptReach: number(features['conceptReach'], 'features.conceptReach', 0, 64 * PHRASE_MAX, wrong),
    },
    windows: { piece: [piece[0]!, piece[1]!], scales },
    damping: number(root['damping'], 'damping', 0, 1e6, wrong),
    heads: heads.map((head, k) => parseHead(head, `heads[${k}]`, scales.length, wrong)),
  };
}

function parseHead(value: unknown, where: string, scales: number, wrong: Wrong): Head {
  const head = fieldsOf(value, where, wrong);
  const real = (key: string): number => number(head[key], `${where}.${key}`, -1e6, 1e6, wrong);
  const weights = numbers(head['scales'], `${where}.scales`, -1e6, 1e6, wrong);
  if (weights.length !== scales) throw wrong(`${where}.scales has not a number for each scale`);
  const thresholds: Record<string, number> = {};
  for (const [name, threshold] of Object.entries(fieldsOf(head['thresholds'], `${where}.thresholds`, wrong)))
    thresholds[name] = number(threshold, `${where}.thresholds.${name}`, 0, 1, wrong);
  return {
    label: text(head['label'], `${where}.label`, wrong),
    prior: real('prior'),
    unit: real('unit'),
    bias: real('bias'),
    scales: weights,
    whole: real('whole'),
    pieces: real('pieces'),
    thresholds,
  };
}

function fieldsOf(value: unknown, where: string, wrong: Wrong): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${where} is no object`);
  return value as Record<string, unknown>;
}

function text(value: unknown, where: string, wrong: Wrong): string {
  if (typeof value !== 'string' || value === '') throw wrong(`${where} is no text`);
  return value;
}

function flag(value: unknown, where: string, wrong: Wrong): boolean {
  if (typeof value !== 'boolean') throw wrong(`${where} is neither true nor false`);
  return value;
}

function number(value: unknown, where: string, least: number, most: number, wrong: Wrong): number {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    throw wrong(`${where} is no number from ${least} to ${most}`);
  return value;
}

function numbers(value: unknown, where: string, least: number, most: number, wrong: Wrong): number[] {
  if (!Array.isArray(value)) throw wrong(`${where} is no list`);
  return value.map((one, k) => number(one, `${where}[${k}]`, least, most, wrong));
}
