import type { Exchange, ExchangeOutcome } from '../../../src/core/exchange.ts';

/** What the traffic page shows; the same names as in the query of the API and of the page's address. */
export interface Filter {
  readonly outcome: string;
  readonly decision: string;
  readonly principal: string;
  readonly model: string;
  readonly id: string;
}

export const NO_FILTER: Filter = { outcome: '', decision: '', principal: '', model: '', id: '' };
const NAMES = Object.keys(NO_FILTER) as (keyof Filter)[];

export function filterFrom(search: URLSearchParams): Filter {
  return Object.fromEntries(NAMES.map((name) => [name, search.get(name) ?? ''])) as unknown as Filter;
}

/** The query without what is not set: '' when nothing is. */
export function toQuery(filter: Filter, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams();
  for (const name of NAMES) if (filter[name] !== '') query.set(name, filter[name]);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function isSet(filter: Filter): boolean {
  return NAMES.some((name) => filter[name] !== '');
}

/** The server's filter (`ExchangeFilter`), for rows that come in live. */
export function matches(filter: Filter, exchange: Exchange): boolean {
  return (
    (filter.outcome === '' || exchange.outcome === (filter.outcome as ExchangeOutcome)) &&
    (filter.decision === '' || exchange.decisions.some((decision) => decision.status === filter.decision)) &&
    (filter.principal === '' || exchange.principal?.id === filter.principal) &&
    (filter.model === '' || exchange.model === filter.model) &&
    (filter.id === '' || exchange.id.includes(filter.id))
  );
}
