import type { Ref } from 'react';
import type { ExchangeRow } from '../../../src/gateway/admin/api.ts';
import { duration, exactCount, money } from '../format/number.ts';
import { Badge, OutcomeBadge } from '../parts/badge.tsx';
import { Time } from '../parts/time.tsx';
import { Link, useRouter } from '../router.tsx';

/** Exchanges, newest first. The time is the row's link; a click anywhere in the row follows it. */
export function ExchangeTable({
  ref,
  rows,
}: {
  readonly ref: Ref<HTMLTableElement>;
  readonly rows: readonly ExchangeRow[];
}) {
  const { go } = useRouter();
  return (
    <div className="table-scroll" role="region" aria-label="Exchanges" tabIndex={0}>
      <table ref={ref} className="table exchanges">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Outcome</th>
            <th scope="col">Principal</th>
            <th scope="col">Model</th>
            <th scope="col" className="wide-only">
              Surface
            </th>
            <th scope="col">Rules</th>
            <th scope="col" className="number">
              Tokens
            </th>
            <th scope="col" className="number">
              Cost
            </th>
            <th scope="col" className="number">
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ index, exchange }) => (
            <tr
              key={index}
              data-index={index}
              onClick={(event) => {
                if (!(event.target as HTMLElement).closest('a') && getSelection()?.isCollapsed !== false) {
                  go(`/traffic/${exchange.id}`);
                }
              }}
            >
              <td>
                <Link href={`/traffic/${exchange.id}`} data-row aria-label={`Exchange ${exchange.id}`}>
                  <Time at={Date.parse(exchange.time)} as="clock" />
                </Link>
                <span className="faint ago">
                  <Time at={Date.parse(exchange.time)} />
                </span>
              </td>
              <td>
                <OutcomeBadge outcome={exchange.outcome} />
              </td>
              <td className="clip">{exchange.principal?.id ?? <span className="faint">nobody</span>}</td>
              <td className="clip">
                {exchange.model ?? <span className="faint">–</span>}
                {exchange.stream && <span className="faint"> · stream</span>}
              </td>
              <td className="clip faint wide-only">{exchange.surface}</td>
              <td className="clip">
                <RuleSummary row={exchange} />
              </td>
              <td className="number">
                {exchange.usage === null ? '–' : exactCount(exchange.usage.inputTokens + exchange.usage.outputTokens)}
              </td>
              <td className="number">{money(exchange.microUsd)}</td>
              <td className="number">{duration(exchange.timings.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RuleSummary({ row }: { readonly row: ExchangeRow['exchange'] }) {
  if (row.decisions.length === 0) return <span className="faint">{row.fault?.code ?? '–'}</span>;
  const notable = row.decisions.filter((decision) => decision.status === 'found' || decision.status === 'failed');
  if (notable.length === 0) return <span className="faint">clean</span>;
  const first = notable[0]!;
  const tone =
    first.status === 'failed'
      ? 'warn'
      : first.mode === 'shadow'
        ? 'info'
        : first.action === 'redact'
          ? 'special'
          : 'bad';
  const more = new Set(notable.map((decision) => decision.rule)).size - 1;
  return (
    <>
      <Badge tone={tone} title={`${first.status} on ${first.stage}${first.mode === 'shadow' ? ', shadow' : ''}`}>
        {first.rule}
        {first.mode === 'shadow' ? ' · shadow' : first.status === 'failed' ? ' · failed' : ''}
      </Badge>
      {more > 0 && <span className="faint"> +{more}</span>}
    </>
  );
}
