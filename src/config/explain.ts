import type { JsonPath } from '../conversation/segment.ts';
import { keyPath, leaves } from './key-path.ts';
import type { LoadedConfig, Origin } from './loaded-config.ts';
import { writtenNumber } from './written.ts';

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
  const written = typeof leaf === 'number' ? writtenNumber(leaf, path, loaded.config) : leaf;
  return typeof written === 'string' && typeof leaf === 'number' ? written : JSON.stringify(written);
}
