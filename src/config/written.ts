import type { JsonPath } from '../conversation/segment.ts';
import { keyPath } from './key-path.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { type Config, configSchema } from './schema.ts';
import { definitionOf, schemaAt } from './schema-node.ts';

const DURATIONS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;
const SIZES = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
  ['B', 1],
] as const;

/** A number as the file writes it: a duration, a size or a day in text, any other as it is. */
export function writtenNumber(leaf: number, path: JsonPath, config: Config): string | number {
  const schema = schemaAt(configSchema, path, config);
  if (schema === null || definitionOf(schema).type !== 'string') return leaf;
  if (schema.safeParse('2000-01-01').success) return new Date(leaf).toISOString().slice(0, 10);
  const units = schema.safeParse('1KiB').success ? SIZES : DURATIONS;
  if (leaf === 0) return `0${units.at(-1)![0]}`;
  const [unit, factor] = units.find(([, factor]) => leaf % factor === 0) ?? units.at(-1)!;
  return `${leaf / factor}${unit}`;
}

/**
 * A part of the configuration as the file would write it, to be changed by a person and read again. What must not be shown
 * is `${NAME}` or `(hidden)`; `changedConfig` puts the value back.
 */
export function written(loaded: LoadedConfig, path: JsonPath, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => written(loaded, [...path, index], item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]) =>
        member === undefined ? [] : [[key, written(loaded, [...path, key], member)]],
      ),
    );
  }
  const key = keyPath(path);
  if (loaded.secrets.has(key)) {
    const origin = loaded.origins.find((candidate) => candidate.key === key);
    return origin?.from === 'env'
      ? origin.where
          .split(', ')
          .map((name) => `\${${name}}`)
          .join('')
      : HIDDEN;
  }
  return typeof value === 'number' ? writtenNumber(value, path, loaded.config) : value;
}

/** Stands for a value that is not shown. */
export const HIDDEN = '(hidden)';
