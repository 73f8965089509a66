import { useMemo } from 'react';
import type { Overview, Range, UsageRow } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { count, duration, exactCount, money, percent, shortCount, shortMoney } from '../format/number.ts';
import { OUTCOME_LABEL, OUTCOMES } from '../format/words.ts';
import { SeverityBadge } from '../parts/badge.tsx';
import { Chart } from '../parts/chart.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Link, useRouter } from '../router.tsx';

const RANGES: readonly { readonly range: Range; readonly label: string }[] = [
  { range: '1h', label: '1 hour' },
  { range: '6h', label: '6 hours' },
  { range: '24h', label: '24 hours' },
  { range: '7d', label: '7 days' },
];

export function OverviewPage() {
  const { search, go } = useRouter();
  const range = RANGES.find((one) => one.range === search.get('range'))?.range ?? '1h';
  const overview = useResource<Overview>(`/api/overview?range=${range}`, 10_000);
  return (
    <Page
      title="Overview"
      actions={
        <div className="segmented" role="group" aria-label="Range">
          {RANGES.map((one) => (
            <button
              key={one.range}
              type="button"
              aria-pressed={one.range === range}
              onClick={() => go(one.range === '1h' ? '/' : `/?range=${one.range}`, 'replace')}
            >
              {one.label}
            </button>
          ))}
        </div>
      }
    >
      <Loaded resource={overview} lines={14}>
        {(data) => <OverviewBody data={data} />}
      </Loaded>
    </Page>
  );
}

function OverviewBody({ data }: { readonly data: Overview }) {
  const { totals, latency } = data;
  const stopped = totals.byOutcome.blocked;
  const troubled = totals.byOutcome.failed + totals.byOutcome.cut + totals.byOutcome.interrupted;
  return (
    <>
      <div className="tiles">
        <Tile label="Requests" value={count(totals.requests)} note={`${data.inFlight} in flight now`} />
        <Tile
          label="Blocked"
          value={count(stopped)}
          note={totals.requests === 0 ? 'of none' : `${percent(stopped, totals.requests)} of requests`}
          tone={stopped > 0 ? 'bad' : undefined}
        />
        <Tile
          label="Refused"
          value={count(totals.byOutcome.refused)}
          note="access, budgets, limits"
          tone={totals.byOutcome.refused > 0 ? 'warn' : undefined}
        />
        <Tile label="Failed" value={count(troubled)} note="failed, cut or interrupted" />
        <Tile label="Latency p50" value={duration(latency.p50)} note={`p95 ${duration(latency.p95)}`} />
        <Tile label="Tokens" value={count(totals.tokens)} note={`cost ${money(totals.microUsd)}`} />
      </div>
      {totals.requests === 0 ? (
        <Panel title="Requests by outcome">
          <Empty title="No request came in during this time.">
            Point a client at the gateway, or look at a longer range. How to do it stands on the page{' '}
            <Link href="/keys">Keys</Link>.
          </Empty>
        </Panel>
      ) : (
        <Charts data={data} />
      )}
      <div className="columns">
        <RecentBlocks data={data} />
        <div className="stack">
          <Ranking
            title="Principals by requests"
            rows={data.principals}
            hrefOf={(row) => `/traffic?principal=${encodeURIComponent(row.name)}`}
          />
          <Ranking
            title="Models by requests"
            rows={data.models}
            hrefOf={(row) => `/traffic?model=${encodeURIComponent(row.name)}`}
          />
          <BlockedByRule data={data} />
        </div>
      </div>
    </>
  );
}

function Tile({
  label,
  value,
  note,
  tone,
}: {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly tone?: 'bad' | 'warn' | undefined;
}) {
  return (
    <div className={`tile${tone === undefined ? '' : ` tone-${tone}`}`}>
      <span className="tile-label">{label}</span>
      <span className="tile-value">{value}</span>
      <span className="tile-note">{note}</span>
    </div>
  );
}

function Charts({ data }: { readonly data: Overview }) {
  const { points } = data;
  const times = useMemo(() => points.map((point) => point.at), [points]);
  const outcomes = OUTCOMES.filter((outcome) => outcome === 'served' || data.totals.byOutcome[outcome] > 0);
  return (
    <div className="charts">
      <Panel title="Requests by outcome">
        <Chart
          label="Requests by outcome over time"
          kind="stacked"
          height={210}
          whole
          times={times}
          axis={shortCount}
          series={outcomes.map((outcome) => ({
            label: OUTCOME_LABEL[outcome],
            colour: `--outcome-${outcome}`,
            values: points.map((point) => point.byOutcome[outcome]),
            summary: data.totals.byOutcome[outcome],
            show: exactCount,
          }))}
        />
      </Panel>
      <Panel
        title="Latency"
        aside={data.detailSince > data.from + 60_000 ? <Covered since={data.detailSince} /> : undefined}
      >
        <Chart
          label="Latency of served requests over time"
          kind="lines"
          times={times}
          axis={duration}
          series={[
            {
              label: 'p50',
              colour: '--series-1',
              values: points.map((point) => point.p50),
              summary: data.latency.p50,
              show: duration,
            },
            {
              label: 'p95',
              colour: '--series-2',
              values: points.map((point) => point.p95),
              summary: data.latency.p95,
              show: duration,
            },
          ]}
        />
      </Panel>
      <Panel title="Tokens">
        <Chart
          label="Tokens over time"
          kind="stacked"
          whole
          times={times}
          axis={shortCount}
          series={[
            {
              label: 'Tokens',
              colour: '--series-1',
              values: points.map((point) => point.tokens),
              summary: data.totals.tokens,
              show: exactCount,
            },
          ]}
        />
      </Panel>
      <Panel title="Cost">
        <Chart
          label="Cost over time"
          kind="stacked"
          times={times}
          axis={shortMoney}
          series={[
            {
              label: 'Cost',
              colour: '--series-3',
              values: points.map((point) => point.microUsd),
              summary: data.totals.microUsd,
              show: money,
            },
          ]}
        />
      </Panel>
    </div>
  );
}

function Covered({ since }: { readonly since: number }) {
  return (
    <span className="faint" title="Latencies and counts of rules are remembered by this process, at most for a day.">
      since <Time at={since} as="clock" />
    </span>
  );
}

function RecentBlocks({ data }: { readonly data: Overview }) {
  return (
    <Panel title="Recent blocks" flush aside={<Link href="/traffic?outcome=blocked">All blocked</Link>}>
      {data.recentBlocks.length === 0 ? (
        <Empty title="Nothing was blocked in this time." />
      ) : (
        <ul className="block-list">
          {data.recentBlocks.map((block) => (
            <li key={block.id}>
              <Link href={`/traffic/${block.id}`}>
                <span className="block-head">
                  {block.severity !== null && <SeverityBadge severity={block.severity} />}
                  <b>{block.rule}</b>
                  <span className="faint">
                    on {block.stage} · {block.principal ?? 'nobody'} · {block.model ?? 'no model'}
                  </span>
                  <span className="push faint">
                    <Time at={block.at} />
                  </span>
                </span>
                <span className="block-text">
                  {block.message} {block.mask !== null && <code>{block.mask}</code>}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Ranking({
  title,
  rows,
  hrefOf,
}: {
  readonly title: string;
  readonly rows: readonly UsageRow[];
  readonly hrefOf: (row: UsageRow) => string;
}) {
  const most = Math.max(1, ...rows.map((row) => row.requests));
  return (
    <Panel title={title} flush>
      {rows.length === 0 ? (
        <Empty title="Nobody yet." />
      ) : (
        <ul className="ranking">
          {rows.map((row) => (
            <li key={row.name}>
              <Link href={hrefOf(row)}>
                <span className="ranking-bar" style={{ width: `${(row.requests / most) * 100}%` }} aria-hidden="true" />
                <span className="ranking-name">
                  {row.name}
                  {row.team !== null && <span className="faint"> · {row.team}</span>}
                </span>
                <span className="number">{count(row.requests)}</span>
                <span className="number faint wide-only">{shortCount(row.tokens)} tok</span>
                <span className="number faint">{money(row.microUsd)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function BlockedByRule({ data }: { readonly data: Overview }) {
  return (
    <Panel title="Blocked by rule" flush aside={<Link href="/rules">All rules</Link>}>
      {data.blockedByRule.length === 0 ? (
        <Empty title="No rule has blocked anything." />
      ) : (
        <ul className="ranking">
          {data.blockedByRule.map((row) => (
            <li key={row.rule}>
              <div className="ranking-row">
                <span className="ranking-name">{row.rule}</span>
                <span className="number">{exactCount(row.blocked)}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
