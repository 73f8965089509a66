import { Fault } from '../../core/fault.ts';
import { scoreOfUntold } from '../restrict-scores.ts';
import type { JsonSection } from './http-section.ts';
import type { EndpointAnswer, EndpointRequest } from './http-endpoint.ts';
import { parsePointer, valueAt } from './json-pointer.ts';
import { type PictureCodec, pictureRequest } from './picture-body.ts';
import type { Sample } from './query-log.ts';
import { classIndex, finite, jsonOf, type WireProtocol, wrongAnswer } from './wire-protocol.ts';

const ONE = '{{input}}';
const ALL = '{{inputs}}';
const MOST_DEPTH = 32;

export interface DeclaredShape {
  /** Of one sample; null for texts. */
  readonly inputShape: readonly number[] | null;
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** Samples are sent as picture files. */
  readonly picture?: PictureCodec;
}

/**
 * Requests after a template: `"{{input}}"` is replaced by a sample and `"{{inputs}}"` by a list of samples; in a longer string `{{input}}` is
 * replaced by a text.
 * @throws Fault `ERR_CONFIG` where the template has no place for a sample
 */
export function jsonProtocol(section: JsonSection, shape: DeclaredShape): WireProtocol {
  const { picture } = shape;
  const url = new URL(section.url);
  const path = url.pathname + url.search;
  const pictures = section.send !== 'json';
  const found = pictures ? { one: true, all: false, within: false } : placeholders(section.body, 0);
  if (found.one && found.all) {
    throw new Fault('ERR_CONFIG', 'The body has both {{input}} and {{inputs}}.', { where: 'http.body' });
  }
  if (!found.one && !found.all) {
    throw new Fault('ERR_CONFIG', 'The body has no place for a sample.', {
      where: 'http.body',
      hint: 'Write "{{input}}" where one sample goes, or "{{inputs}}" where a list of them goes.',
    });
  }
  const asText = shape.inputShape === null || section.encoding === 'base64' || section.encoding === 'png';
  if (found.within && !asText) {
    throw new Fault('ERR_CONFIG', 'Numbers cannot stand within a longer text.', { where: 'http.body' });
  }
  const steps = (text: string | undefined): readonly string[] | undefined =>
    text === undefined ? undefined : parsePointer(text)!;
  const { answer } = section;
  const list = steps(answer.samples) ?? (found.all ? [] : undefined);
  const row = rowReader(section, shape);
  return {
    most: found.all ? 4096 : 1,
    request(samples): EndpointRequest {
      if (pictures) return pictureRequest(path, picture!.png(samples[0] as Float32Array), section);
      const written = samples.map((sample) =>
        picture !== undefined && typeof sample !== 'string'
          ? Buffer.from(picture.png(sample)).toString('base64')
          : writeSample(sample, shape.inputShape, section.encoding),
      );
      const body = JSON.stringify(filled(section.body, written));
      return { method: 'POST', path, headers: { 'content-type': 'application/json' }, body };
    },
    scores({ body }: EndpointAnswer, n) {
      const root = jsonOf(body);
      let answers: readonly unknown[];
      if (list === undefined) answers = [root];
      else {
        const value = valueAt(root, list);
        const where = answer.samples ?? 'body of the answer';
        if (!Array.isArray(value)) throw wrongAnswer('there is no list of answers', where, 'See http.answer.samples.');
        if (value.length !== n) throw wrongAnswer(`there are ${value.length} answers for ${n} samples`, where);
        answers = value;
      }
      const scores = new Float32Array(n * shape.classes);
      answers.forEach((one, i) => {
        row(one, scores.subarray(i * shape.classes, (i + 1) * shape.classes), `answer ${i}`);
      });
      return scores;
    },
  };
}

function rowReader(
  { answer }: JsonSection,
  { classes, classNames }: DeclaredShape,
): (answer: unknown, row: Float32Array, where: string) => void {
  const names = classNames === undefined ? undefined : new Map(classNames.map((name, index) => [name, index]));
  const reading = (pointer: string): ((root: unknown, where: string) => unknown) => {
    const steps = parsePointer(pointer)!;
    return (root, where) => {
      const value = valueAt(root, steps);
      if (value === undefined) throw wrongAnswer(`there is nothing at "${pointer}"`, where);
      return value;
    };
  };
  if (answer.scores !== undefined) {
    const read = reading(answer.scores);
    return (one, row, where) => {
      const value = read(one, where);
      if (Array.isArray(value)) {
        if (value.length !== classes) throw wrongAnswer(`it has ${value.length} scores for ${classes} classes`, where);
        value.forEach((score, c) => (row[c] = finite(score, where)));
      } else if (typeof value === 'object' && value !== null && classNames !== undefined) {
        classNames.forEach((name, c) => {
          row[c] = finite(Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined, where);
        });
      } else throw wrongAnswer('the scores are no list, and no object by class', where);
    };
  }
  if (answer.probability !== undefined) {
    if (classes !== 2) {
      throw new Fault('ERR_CONFIG', 'One probability is for two classes.', { where: 'http.answer.probability' });
    }
    const read = reading(answer.probability);
    return (one, row, where) => {
      const p = finite(read(one, where), where);
      if (!(p >= 0 && p <= 1)) throw wrongAnswer('a probability is not between 0 and 1', where);
      row[0] = 1 - p;
      row[1] = p;
    };
  }
  if (answer.ranked !== undefined) {
    const read = reading(answer.ranked);
    return (one, row, where) => {
      const value = read(one, where);
      if (!Array.isArray(value) || value.length === 0 || value.length > classes) {
        throw wrongAnswer('there is no list of classes with scores', where);
      }
      const found = new Map<number, number>();
      for (const entry of value as readonly unknown[]) {
        const given = typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>) : {};
        const c = classIndex(given[answer.rankedLabel], classes, names, where);
        if (found.has(c)) throw wrongAnswer('a class is ranked twice', where);
        found.set(c, finite(given[answer.rankedScore], where));
      }
      const told = [...found.values()];
      if (found.size < classes) row.fill(scoreOfUntold(Math.max(...told), Math.min(...told)));
      for (const [c, score] of found) row[c] = score;
    };
  }
  const read = reading(answer.label!);
  return (one, row, where) => {
    row[classIndex(read(one, where), classes, names, where)] = 1;
  };
}

function placeholders(value: unknown, depth: number): { one: boolean; all: boolean; within: boolean } {
  const found = { one: false, all: false, within: false };
  if (depth > MOST_DEPTH) {
    throw new Fault('ERR_CONFIG', `The body is nested deeper than ${MOST_DEPTH} levels.`, { where: 'http.body' });
  }
  if (typeof value === 'string') {
    found.all = value === ALL;
    found.one = value.includes(ONE);
    found.within = found.one && value !== ONE;
  } else if (typeof value === 'object' && value !== null) {
    for (const below of Object.values(value)) {
      const inner = placeholders(below, depth + 1);
      found.one ||= inner.one;
      found.all ||= inner.all;
      found.within ||= inner.within;
    }
  }
  return found;
}

function filled(value: unknown, samples: readonly unknown[]): unknown {
  if (typeof value === 'string') {
    if (value === ALL) return samples;
    if (value === ONE) return samples[0];
    // A function, so that a "$&" in a text means nothing.
    return value.replaceAll(ONE, () => String(samples[0]));
  }
  if (Array.isArray(value)) return value.map((below) => filled(below, samples));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, filled(below, samples)]));
  }
  return value;
}

function writeSample(sample: Sample, shape: readonly number[] | null, encoding: JsonSection['encoding']): unknown {
  if (typeof sample === 'string') return sample;
  if (encoding === 'base64') {
    return Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength).toString('base64');
  }
  if (encoding === 'flat' || shape === null) return Array.from(sample);
  let values: unknown[] = Array.from(sample);
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const length = shape[axis]!;
    values = Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));
  }
  return values;
}
