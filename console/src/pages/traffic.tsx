import { useEffect, useRef, useState } from 'react';
import type { ExchangePage, ExchangeRow } from '../../../src/gateway/admin/api.ts';
import { request, RequestError } from '../api/request.ts';
import { useLive } from '../api/use-live.ts';
import { plural } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Skeleton } from '../parts/loaded.tsx';
import { Failure, Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useRouter } from '../router.tsx';
import { ExchangeTable } from '../traffic/exchange-table.tsx';
import { FilterBar } from '../traffic/filter-bar.tsx';
import { filterFrom, isSet, matches, NO_FILTER, toQuery } from '../traffic/filter.ts';
import { addRows, capRows } from '../traffic/row-list.ts';
import { useRowKeys } from '../traffic/use-row-keys.ts';

const PAGE = 50;

export function TrafficPage() {
  const { search, go } = useRouter();
  const filter = filterFrom(search);
  const query = toQuery(filter);

  const [rows, setRows] = useState<readonly ExchangeRow[] | null>(null);
  const [older, setOlder] = useState<number | null>(null);
  const [error, setError] = useState<RequestError | null>(null);
  const [paused, setPaused] = useState(false);
  const [held, setHeld] = useState<readonly ExchangeRow[]>([]);
  const [missed, setMissed] = useState(0);
  const [after, setAfter] = useState<number | null>(null);
  const newest = useRef(-1);
  const filterBar = useRef<HTMLFormElement>(null);
  const table = useRef<HTMLTableElement>(null);

  // A new filter starts from the store again; the live feed goes on from what was seen.
  useEffect(() => {
    let current = true;
    setRows(null);
    setHeld([]);
    const load = async () => {
      try {
        const [page, head] = await Promise.all([
          request<ExchangePage>(`/api/exchanges${toQuery(filter, { limit: String(PAGE) })}`),
          query === '' ? null : request<ExchangePage>('/api/exchanges?limit=1'),
        ]);
        if (!current) return;
        setRows((early) => capRows(addRows(page.rows, early ?? [])));
        setOlder(page.next);
        setError(null);
        newest.current = Math.max(newest.current, (head ?? page).rows[0]?.index ?? -1);
        setAfter((old) => old ?? Math.max(0, newest.current));
      } catch (caught) {
        if (!(caught instanceof RequestError)) throw caught;
        if (current) setError(caught);
      }
    };
    void load();
    return () => {
      current = false;
    };
  }, [query]);

  const live = useLive(after, {
    onExchange(row) {
      newest.current = Math.max(newest.current, row.index);
      if (!matches(filter, row.exchange)) return;
      if (paused) setHeld((old) => capRows(addRows(old, [row])));
      else setRows((old) => capRows(addRows(old ?? [], [row])));
    },
    onGap: (count) => setMissed((old) => old + count),
  });

  const resume = () => {
    setRows((old) => capRows(addRows(old ?? [], held)));
    setHeld([]);
    setPaused(false);
  };

  const loadOlder = async () => {
    if (older === null) return;
    try {
      const page = await request<ExchangePage>(
        `/api/exchanges${toQuery(filter, { limit: String(PAGE), before: String(older) })}`,
      );
      setRows((old) => addRows(old ?? [], page.rows));
      setOlder(page.next);
    } catch (caught) {
      if (!(caught instanceof RequestError)) throw caught;
      setError(caught);
    }
  };

  useRowKeys(table, filterBar, () => (paused ? resume() : setPaused(true)));

  return (
    <Page
      title="Traffic"
      actions={
        <>
          <LiveState state={live.state} paused={paused} inFlight={live.inFlight} />
          <Button
            icon={paused ? 'play' : 'pause'}
            aria-pressed={paused}
            title="Pause or resume (p)"
            onClick={() => (paused ? resume() : setPaused(true))}
          >
            {paused ? `Resume${held.length > 0 ? ` (${held.length} new)` : ''}` : 'Pause'}
          </Button>
        </>
      }
    >
      <FilterBar
        ref={filterBar}
        filter={filter}
        rows={rows ?? []}
        onChange={(next) => go(`/traffic${toQuery(next)}`, 'replace')}
      />
      {error !== null && <Failure error={error} />}
      {missed > 0 && (
        <Notice
          tone="info"
          title={`About ${plural(missed, 'exchange')} came in while this page was away and are not shown.`}
        >
          Reload the page to see the newest, or filter by time.
        </Notice>
      )}
      {rows === null ? (
        error === null && <Skeleton lines={16} />
      ) : rows.length === 0 ? (
        isSet(filter) ? (
          <Empty title="No exchange matches these filters.">
            <Button onClick={() => go(`/traffic${toQuery(NO_FILTER)}`, 'replace')}>Clear the filters</Button>
          </Empty>
        ) : (
          <Empty title="No request has come in yet.">
            Create a key on the page Keys and send a request; it appears here as soon as it has ended.
          </Empty>
        )
      ) : (
        <>
          <ExchangeTable ref={table} rows={rows} />
          <div className="table-foot">
            <span className="faint">
              {plural(rows.length, 'exchange')} shown · <kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens,{' '}
              <kbd>/</kbd> filters, <kbd>p</kbd> pauses
            </span>
            {older !== null && <Button onClick={() => void loadOlder()}>Load older</Button>}
          </div>
        </>
      )}
    </Page>
  );
}

function LiveState({
  state,
  paused,
  inFlight,
}: {
  readonly state: 'connecting' | 'open' | 'lost';
  readonly paused: boolean;
  readonly inFlight: number;
}) {
  const flight = <span className="faint number">{inFlight} in flight</span>;
  if (state === 'lost') {
    return (
      <span role="status" className="live-state">
        <Badge tone="warn" dot>
          Reconnecting
        </Badge>
      </span>
    );
  }
  return (
    <span role="status" className="live-state">
      {flight}
      <Badge tone={paused ? 'quiet' : 'good'} dot>
        {paused ? 'Paused' : state === 'open' ? 'Live' : 'Connecting'}
      </Badge>
    </span>
  );
}
