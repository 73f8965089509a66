import type { ApprovalList, ApprovalSummary } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { useApprovalChanges } from '../api/use-waiting-approvals.ts';
import { Expiry } from '../approvals/expiry.tsx';
import { decidedBy, STATE_LABEL, STATE_TONE } from '../approvals/state.ts';
import { Badge } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../router.tsx';

export function ApprovalsPage() {
  const list = useResource<ApprovalList>('/api/approvals', 15_000);
  useApprovalChanges(list.reload);
  return (
    <Page
      title="Approvals"
      lead="Tool calls and requests that need a person. When nobody answers in time, they are denied."
    >
      <Loaded resource={list} lines={6}>
        {({ rows, now }) => {
          const live = rows.filter(({ state }) => state === 'pending' || state === 'approved');
          const over = rows.filter(({ state }) => state !== 'pending' && state !== 'approved');
          return (
            <>
              {live.length === 0 ? (
                <Empty title="Nothing waits for you.">
                  A call comes here when what it does is in the user’s interest as far as can be told, but a value that
                  decides about it comes from somebody else.
                </Empty>
              ) : (
                <ul className="approval-list" aria-label="Waiting">
                  {live.map((row) => (
                    <Card key={row.id} row={row} now={now} />
                  ))}
                </ul>
              )}
              {over.length > 0 && <Past rows={over} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Card({ row, now }: { readonly row: ApprovalSummary; readonly now: number }) {
  return (
    <li>
      <Link className="approval-card" href={`/approvals/${row.id}`}>
        <span className="approval-what">
          <b>{row.kind === 'review' ? `Request to ${row.tool}` : row.tool}</b>
          <span className="faint">
            by {row.principal}
            {row.team !== null && ` · ${row.team}`}
          </span>
        </span>
        <span className="faint clip">{decidedBy(row) ?? row.rule}</span>
        <Badge tone={STATE_TONE[row.state]} dot>
          {STATE_LABEL[row.state]}
        </Badge>
        <Expiry at={row.expiresAt} serverNow={now} />
      </Link>
    </li>
  );
}

function Past({ rows }: { readonly rows: readonly ApprovalSummary[] }) {
  return (
    <Panel title="Over" flush>
      <div className="table-scroll" role="region" aria-label="Over" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Call</th>
              <th scope="col">Who asked</th>
              <th scope="col">Outcome</th>
              <th scope="col">Decided</th>
              <th scope="col">Reason</th>
              <th scope="col">Asked</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td className="clip">
                  <Link href={`/approvals/${row.id}`}>
                    {row.kind === 'review' ? `Request to ${row.tool}` : row.tool}
                  </Link>
                </td>
                <td className="clip">{row.principal}</td>
                <td>
                  <Badge tone={STATE_TONE[row.state]} dot>
                    {STATE_LABEL[row.state]}
                  </Badge>
                </td>
                <td className="clip">{decidedBy(row) ?? <span className="faint">nobody</span>}</td>
                <td className="clip" title={row.reason ?? undefined}>
                  {row.reason ?? <span className="faint">–</span>}
                </td>
                <td>
                  <Time at={row.createdAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
