import type { Dialect } from '../conversation/surface.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { Answer } from './answer.ts';
import type { Generation } from './generation.ts';
import { upstreamHeaders } from './headers.ts';
import type { Upstream } from './upstream.ts';

/** A model object as its provider describes it; unknown fields pass. */
interface ModelEntry {
  readonly id: string;
  readonly [field: string]: unknown;
}

const CACHE_MILLIS = 60_000;
/** A provider that is down is not asked again for this long. */
const FAILED_CACHE_MILLIS = 5_000;
const MAX_LIST = 4 * 1024 * 1024;

/** What the upstreams say they have, asked at most once a minute each. */
export class ModelCatalogue {
  readonly #clock: Clock;
  readonly #lists = new Map<Upstream, { readonly until: number; readonly models: Promise<readonly ModelEntry[]> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Empty when the upstream cannot say: the configured names stand in for its list then. */
  of(upstream: Upstream): Promise<readonly ModelEntry[]> {
    const known = this.#lists.get(upstream);
    if (known !== undefined && known.until > this.#clock()) return known.models;
    const models = fetchModels(upstream).catch(() => {
      this.#lists.set(upstream, { until: this.#clock() + FAILED_CACHE_MILLIS, models: Promise.resolve([]) });
      return [];
    });
    this.#lists.set(upstream, { until: this.#clock() + CACHE_MILLIS, models });
    return models;
  }

  /** Forgets upstreams of configurations that are gone. */
  keepOnly(upstreams: readonly Upstream[]): void {
    for (const upstream of this.#lists.keys()) if (!upstreams.includes(upstream)) this.#lists.delete(upstream);
  }
}

async function fetchModels(upstream: Upstream): Promise<readonly ModelEntry[]> {
  const answer = new Answer(upstream);
  const version = upstream.config.dialect === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {};
  answer.send({
    method: 'GET',
    path: '/v1/models?limit=1000',
    headers: upstreamHeaders(version, upstream.config),
    body: null,
  });
  await answer.opened;
  const bytes = await answer.collect(MAX_LIST);
  if (answer.status !== 200) return [];
  const body: unknown = JSON.parse(bytes.toString('utf8'));
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : null;
  return Array.isArray(data) ? data.filter(isEntry) : [];
}

function isEntry(value: unknown): value is ModelEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'id') &&
    typeof (value as ModelEntry).id === 'string'
  );
}

/**
 * The models that a principal may see, in the caller's dialect: what the upstreams list and the configuration serves,
 * plus aliases and plain configured names that no upstream lists.
 * @param only the id of one model, or null for the list.
 * @returns JSON text.
 * @throws Fault `ERR_MODEL_UNKNOWN` when `only` is not among them.
 */
export async function listModels(
  catalogue: ModelCatalogue,
  generation: Generation,
  dialect: Dialect,
  only: string | null,
  visible: (model: string) => boolean,
  query: string,
): Promise<string> {
  const upstreams = generation.upstreams.filter((upstream) => upstream.config.dialect === dialect);
  const lists = await Promise.all(upstreams.map((upstream) => catalogue.of(upstream)));
  const models = new Map<string, ModelEntry>();
  for (const [index, upstream] of upstreams.entries()) {
    const named = [
      ...upstream.config.models.filter((pattern) => !pattern.includes('*')),
      ...Object.keys(upstream.config.aliases),
    ];
    for (const entry of [
      ...lists[index]!,
      ...named.map((id) => describe(dialect, id, upstream.id, generation.since)),
    ]) {
      if (upstream.serves(entry.id) !== null && !models.has(entry.id) && visible(entry.id)) models.set(entry.id, entry);
    }
  }
  if (only !== null) {
    const entry = models.get(only);
    if (entry === undefined) {
      throw new Fault('ERR_MODEL_UNKNOWN', `The model "${only.slice(0, 128)}" does not exist or is not served here.`, {
        where: 'path',
      });
    }
    return JSON.stringify(entry);
  }
  const data = [...models.values()];
  return JSON.stringify(dialect === 'openai' ? { object: 'list', data } : page(data, query));
}

function describe(dialect: Dialect, id: string, upstream: string, since: number): ModelEntry {
  return dialect === 'openai'
    ? { id, object: 'model', created: Math.floor(since / 1000), owned_by: upstream }
    : { type: 'model', id, display_name: id, created_at: new Date(since).toISOString() };
}

/** Anthropic's cursor pages: `limit` (1 to 1000, default 20), `after_id`, `before_id`. */
function page(data: readonly ModelEntry[], query: string): object {
  const params = new URLSearchParams(query);
  const limit = Math.min(1000, Math.max(1, Number(params.get('limit') ?? 20) || 20));
  const after = params.get('after_id');
  const before = params.get('before_id');
  const from = after === null ? 0 : data.findIndex(({ id }) => id === after) + 1;
  const to =
    before === null
      ? data.length
      : Math.max(
          0,
          data.findIndex(({ id }) => id === before),
        );
  const rows = before === null ? data.slice(from, from + limit) : data.slice(Math.max(0, to - limit), to);
  return {
    data: rows,
    has_more: before === null ? from + limit < data.length : to - limit > 0,
    first_id: rows[0]?.id ?? null,
    last_id: rows.at(-1)?.id ?? null,
  };
}
