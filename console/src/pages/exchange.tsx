import type { ExchangeDetail } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { Decisions } from '../exchange/decisions.tsx';
import { EvidenceText } from '../exchange/evidence-text.tsx';
import { LedgerPlace } from '../exchange/ledger-place.tsx';
import { Timeline } from '../exchange/timeline.tsx';
import { bytes, duration, exactCount, money } from '../format/number.ts';
import { OUTCOME_MEANING } from '../format/words.ts';
import { Badge, OutcomeBadge } from '../parts/badge.tsx';
import { CopyButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Facts, Page, Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../router.tsx';

export function ExchangePage({ id }: { readonly id: string }) {
  const detail = useResource<ExchangeDetail>(`/api/exchanges/${id}`);
  return (
    <Page
      title="Exchange"
      lead={
        <>
          <code>{id}</code>
          <CopyButton text={id} label="Copy the request id" />
        </>
      }
      actions={
        <Link className="button plain" href="/traffic">
          <Icon name="back" size={14} />
          Traffic
        </Link>
      }
    >
      <Loaded resource={detail} lines={16}>
        {(data) => <Detail detail={data} />}
      </Loaded>
    </Page>
  );
}

function Detail({ detail }: { readonly detail: ExchangeDetail }) {
  const { exchange } = detail;
  return (
    <>
      <div className="verdict">
        <OutcomeBadge outcome={exchange.outcome} />
        <span>{exchange.fault?.message ?? OUTCOME_MEANING[exchange.outcome]}</span>
        {exchange.fault !== null && <code className="faint">{exchange.fault.code}</code>}
        <span className="push faint">
          <Time at={Date.parse(exchange.time)} as="both" />
        </span>
      </div>
      <div className="columns exchange">
        <div className="stack">
          <EvidenceText detail={detail} />
          <Decisions decisions={exchange.decisions} detail={detail} />
          <Panel title="Record">
            <details>
              <summary>The whole record as it stands in the ledger</summary>
              <pre className="code">{JSON.stringify(exchange, null, 2)}</pre>
            </details>
          </Panel>
        </div>
        <div className="stack">
          <Timeline exchange={exchange} />
          <Who detail={detail} />
          <LedgerPlace detail={detail} />
        </div>
      </div>
    </>
  );
}

function Who({ detail }: { readonly detail: ExchangeDetail }) {
  const { exchange } = detail;
  const { principal, usage } = exchange;
  const tokens =
    usage === null
      ? exchange.upstream === null
        ? 'none'
        : 'not known'
      : `${exactCount(usage.inputTokens)} in, ${exactCount(usage.outputTokens)} out${usage.estimated ? ' (counted here)' : ''}`;
  return (
    <Panel title="Request">
      <Facts
        rows={[
          [
            'Principal',
            principal === null ? (
              <span className="faint">not authenticated</span>
            ) : (
              <>
                <Link href={`/traffic?principal=${encodeURIComponent(principal.id)}`}>{principal.id}</Link>{' '}
                <span className="faint">
                  by {principal.kind}
                  {principal.team === null ? '' : `, team ${principal.team}`}
                </span>
              </>
            ),
          ],
          ...(principal?.keyId ? [['Key', <code key="key">{principal.keyId}</code>] as const] : []),
          [
            'Client',
            `${exchange.client.address}${exchange.client.agent === null ? '' : ` · ${exchange.client.agent}`}`,
          ],
          [
            'Endpoint',
            <>
              <code>
                {exchange.method} {exchange.path}
              </code>{' '}
              {exchange.stream && <Badge tone="quiet">stream</Badge>}
            </>,
          ],
          ['Model', exchange.model ?? <span className="faint">none</span>],
          [
            'Upstream',
            exchange.upstream === null ? (
              <span className="faint">never asked</span>
            ) : (
              <>
                {exchange.upstream}{' '}
                {exchange.upstreamRequestId !== null && <code className="faint">{exchange.upstreamRequestId}</code>}
              </>
            ),
          ],
          ['Status', String(exchange.status)],
          ['Tokens', tokens],
          ['Cost', exchange.microUsd !== null ? money(exchange.microUsd) : usage === null ? tokens : 'price not known'],
          ['Size', `${bytes(exchange.bytes.request)} in, ${bytes(exchange.bytes.response)} out`],
          ['Total', duration(exchange.timings.total)],
          ['Configuration', <code key="config">{exchange.config}</code>],
        ]}
      />
    </Panel>
  );
}
