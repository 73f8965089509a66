import type { BudgetLine, PrincipalReport } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { count, exactCount, money } from '../format/number.ts';
import { plural } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { BudgetMeter } from '../parts/meter.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../router.tsx';

export function PrincipalsPage() {
  const report = useResource<PrincipalReport>('/api/principals', 5000);
  return (
    <Page
      title="Principals"
      lead={
        report.data === null ? (
          'Who may use the gateway, and how much'
        ) : (
          <>
            Usage since <Time at={report.data.since} as="absolute" />, the start of the month (UTC)
          </>
        )
      }
    >
      <Loaded resource={report} lines={12}>
        {(data) => <Report data={data} />}
      </Loaded>
    </Page>
  );
}

function Report({ data }: { readonly data: PrincipalReport }) {
  if (data.principals.length === 0) {
    return (
      <Empty title="Nobody has a key or has sent a request yet.">
        <Link href="/keys">Create a key</Link>
      </Empty>
    );
  }
  return (
    <>
      {data.budgetsConfigured === 0 && (
        <div className="hint">
          <p>
            No budget is configured, so nothing limits how much a principal may spend. For example, five dollars a day
            each:
          </p>
          <pre className="code">{'budgets:\n  - id: daily\n    per: principal\n    window: day\n    usd: 5'}</pre>
        </div>
      )}
      <div className="cards">
        {data.principals.map((principal) => (
          <Panel
            key={principal.id}
            title={principal.id}
            aside={
              <>
                {principal.inFlight > 0 && <Badge tone="info">{principal.inFlight} in flight</Badge>}
                <Link href={`/traffic?principal=${encodeURIComponent(principal.id)}`}>Traffic</Link>
              </>
            }
          >
            <p className="faint card-line">
              {principal.team === null ? 'no team' : `team ${principal.team}`} ·{' '}
              {principal.keys === 0 ? 'no key' : plural(principal.keys, 'key')}
              {principal.models.length > 0 && <> · {principal.models.join(', ')}</>}
            </p>
            <Numbers {...principal} />
            <Budgets lines={principal.budgets} />
          </Panel>
        ))}
      </div>
      {data.teams.length > 0 && (
        <>
          <h2 className="section">Teams</h2>
          <div className="cards">
            {data.teams.map((team) => (
              <Panel
                key={team.id}
                title={team.id}
                aside={<span className="faint">{plural(team.members, 'member')}</span>}
              >
                <Numbers {...team} />
                <Budgets lines={team.budgets} />
              </Panel>
            ))}
          </div>
        </>
      )}
    </>
  );
}

function Numbers({
  requests,
  tokens,
  microUsd,
}: {
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: number;
}) {
  return (
    <dl className="numbers">
      <div>
        <dt>Requests</dt>
        <dd>{exactCount(requests)}</dd>
      </div>
      <div>
        <dt>Tokens</dt>
        <dd>{count(tokens)}</dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd>{money(microUsd)}</dd>
      </div>
    </dl>
  );
}

function Budgets({ lines }: { readonly lines: readonly BudgetLine[] }) {
  if (lines.length === 0) return <p className="faint small">No budget applies.</p>;
  return (
    <div className="meters">
      {lines.map((line) => (
        <BudgetMeter key={`${line.budget}/${line.unit}/${line.window}`} line={line} />
      ))}
    </div>
  );
}
