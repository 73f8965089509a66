import type { ApprovalArgument, ApprovalView, Status } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { useApprovalChanges } from '../api/use-waiting-approvals.ts';
import { DecideForm } from '../approvals/decide-form.tsx';
import { Expiry } from '../approvals/expiry.tsx';
import { Revealed } from '../approvals/revealed.tsx';
import { decidedBy, STATE_LABEL, STATE_TONE } from '../approvals/state.ts';
import { Badge } from '../parts/badge.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Notice } from '../parts/notice.tsx';
import { Facts, Page, Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../router.tsx';

/** One request for consent: what is to be done, where each value comes from, and the two answers. */
export function ApprovalPage({ id }: { readonly id: string }) {
  const approval = useResource<ApprovalView>(`/api/approvals/${encodeURIComponent(id)}`);
  const status = useResource<Status>('/api/status');
  useApprovalChanges(approval.reload);
  return (
    <Page title="Approval" lead={<Link href="/approvals">All approvals</Link>}>
      <Loaded resource={approval} lines={10}>
        {(view) => (
          <>
            <Panel
              title={view.kind === 'review' ? `A request to ${view.tool}` : `A call of ${view.tool}`}
              aside={
                <>
                  <Badge tone={STATE_TONE[view.state]} dot>
                    {STATE_LABEL[view.state]}
                  </Badge>
                  {(view.state === 'pending' || view.state === 'approved') && status.data !== null && (
                    <Expiry at={view.expiresAt} serverNow={status.data.now} />
                  )}
                </>
              }
            >
              {view.content !== null && (
                <p className="approval-reason">
                  <Revealed pieces={view.content.reason} />
                </p>
              )}
              <Facts
                rows={[
                  ['Who asks', `${view.principal}${view.team === null ? '' : ` (${view.team})`}`],
                  ['Rule', <code key="rule">{view.rule}</code>],
                  [
                    'Came up in',
                    view.exchange === null ? '–' : <Link href={`/traffic/${view.exchange}`}>{view.exchange}</Link>,
                  ],
                  ['Asked', <Time key="asked" at={view.createdAt} as="both" />],
                  ['Decision', decidedBy(view) ?? 'nobody yet'],
                  ...(view.reason === null ? [] : ([['Reason', view.reason]] as const)),
                  [
                    'Bound to',
                    <code key="hash" className="wrap">
                      {view.hash}
                    </code>,
                  ],
                ]}
              />
            </Panel>
            <Asked view={view} />
            {(view.state === 'pending' || view.state === 'approved') && (
              <Panel title="Your decision">
                <DecideForm subject={view} onDecided={approval.set} />
              </Panel>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Asked({ view: { content, kind } }: { readonly view: ApprovalView }) {
  if (content === null) {
    return (
      <Notice tone="info" title="The values are not kept.">
        They are kept, encrypted, only while a request waits.
      </Notice>
    );
  }
  return (
    <>
      {content.args.some(({ hides }) => hides) && (
        <Notice tone="bad" title="Something in these values is made to be missed or mistaken.">
          It is marked below: characters that do not show, that turn the direction of the text, or letters of another
          script that look like Latin ones.
        </Notice>
      )}
      {kind === 'call' && (
        <Panel title="What is to be done, and who says so" flush>
          <ul className="arguments">
            {content.args.map((argument) => (
              <Argument key={argument.path} argument={argument} />
            ))}
          </ul>
        </Panel>
      )}
      <details className="panel whole">
        <summary>{kind === 'review' ? 'The request as JSON' : 'All arguments as JSON'}</summary>
        <pre className="code" tabIndex={0}>
          <Revealed pieces={content.whole} />
        </pre>
      </details>
    </>
  );
}

function Argument({ argument: { path, value, role, from, verdict, rule } }: { readonly argument: ApprovalArgument }) {
  const asks = verdict !== null && verdict !== 'allow';
  return (
    <li className={asks ? 'asks' : undefined}>
      <div className="argument-name">
        <code>{path}</code>
        {role !== null && <span className="faint">{role}</span>}
      </div>
      <div className="argument-value">
        <Revealed pieces={value} />
      </div>
      <div className="argument-from">
        {asks && (
          <Badge tone="warn" dot {...(rule === null ? {} : { title: `Rule: ${rule}` })}>
            look at this
          </Badge>
        )}
        {from === null ? (
          <span className="faint">not traced</span>
        ) : (
          <span>
            <Revealed pieces={from} />
          </span>
        )}
      </div>
    </li>
  );
}
