import type { JsonPath } from '../conversation/segment.ts';
import { keyPath, leaves } from './key-path.ts';
import type { LoadedConfig, Origin } from './loaded-config.ts';
import { configSchema } from './schema.ts';
import { definitionOf, schemaAt } from './schema-node.ts';

/** One effective value as it may be shown. */
export interface Explained {
  readonly key: string;
  /** As it would be written in the file; `${NAME}` or `(hidden)` for what must not be shown. */
  readonly value: string;
  readonly from: Origin['from'];
  /** `file:line:column`, the variable's name, or `schema` for a default. */
  readonly where: string;
}

/** Every effective value and where it comes from, in the order of the schema. Shows no secret. */
export function explainConfig(loaded: LoadedConfig): readonly Explained[] {
  const origins = new Map(loaded.origins.map((origin) => [origin.key, origin]));
  const explained: Explained[] = [];
  for (const [path, leaf] of leaves(loaded.config)) {
    const key = keyPath(path);
    const origin = origins.get(key) ?? { key, from: 'default', where: 'schema' };
    explained.push({ key, value: shown(loaded, origin, path, leaf), from: origin.from, where: origin.where });
  }
  return explained;
}

function shown(loaded: LoadedConfig, origin: Origin, path: JsonPath, leaf: unknown): string {
  if (origin.from === 'env') {
    const names = origin.where.split(', ');
    return names.map((name) => `\${${name}}`).join('');
  }
  if (loaded.secrets.has(origin.key)) return '(hidden)';
  return typeof leaf === 'number' ? withUnit(leaf, path, loaded) : JSON.stringify(leaf);
}

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

/** A number that the file writes as text is a duration or a size: written back in its largest whole unit. */
function withUnit(leaf: number, path: JsonPath, loaded: LoadedConfig): string {
  const schema = schemaAt(configSchema, path, loaded.config);
  if (schema === null || definitionOf(schema).type !== 'string') return String(leaf);
  const units = schema.safeParse('1KiB').success ? SIZES : DURATIONS;
  if (leaf === 0) return `0${units.at(-1)![0]}`;
  const [unit, factor] = units.find(([, factor]) => leaf % factor === 0) ?? units.at(-1)!;
  return `${leaf / factor}${unit}`;
}
