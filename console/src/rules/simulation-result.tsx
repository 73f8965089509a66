import type { ChangedExchange, RuleTally, SimulationReport } from '../../../src/gateway/admin/api.ts';
import type { Action } from '../../../src/core/verdict.ts';
import { exactCount } from '../format/number.ts';
import { plural } from '../format/words.ts';
import { ActionBadge, Badge } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../router.tsx';
import { whyNotReplayed } from './simulation-words.ts';

/** What would have been different: counts by rule, and the exchanges. */
export function SimulationResult({ report }: { readonly report: SimulationReport }) {
  const missing = whyNotReplayed(report);
  return (
    <>
      <div className="tiles three" role="status">
        <Tile
          label="Exchanges looked at"
          value={report.exchanges}
          note={report.complete ? 'all of the span' : 'not all of the span'}
        />
        <Tile
          label="Replayed"
          value={report.replayed}
          note={
            report.exchanges === 0
              ? 'nothing to replay'
              : missing.length === 0
                ? 'every one'
                : `${exactCount(report.exchanges - report.replayed)} could not be`
          }
        />
        <Tile label="Would end differently" value={report.changed} note="request or answer" />
      </div>
      {missing.length > 0 && (
        <Panel title="Not replayed">
          <ul className="reasons">
            {missing.map(({ count, why }) => (
              <li key={why}>
                <span className="number">{exactCount(count)}</span> {why}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {report.rules.length > 0 && <Tallies rules={report.rules} />}
      <Panel
        title="Exchanges that would end differently"
        flush
        aside={
          report.changes.length < report.changed ? (
            <span className="faint">the newest {exactCount(report.changes.length)}</span>
          ) : undefined
        }
      >
        {report.changes.length === 0 ? <Nothing report={report} /> : <Changes changes={report.changes} />}
      </Panel>
    </>
  );
}

/** Why no exchange is listed. */
function Nothing({ report: { exchanges, replayed } }: { readonly report: SimulationReport }) {
  if (exchanges === 0) return <Empty title="There was no exchange in this span." />;
  if (replayed > 0) return <Empty title="None: everything would end as it did." />;
  return (
    <Empty title="Nothing could be replayed.">
      Simulation needs texts as they came: set <code>evidence.content</code> to full.
    </Empty>
  );
}

function Tile({ label, value, note }: { readonly label: string; readonly value: number; readonly note: string }) {
  return (
    <div className="tile">
      <span className="tile-label">{label}</span>
      <span className="tile-value">{exactCount(value)}</span>
      <span className="tile-note">{note}</span>
    </div>
  );
}

const COUNTS = ['found', 'stopped', 'redacted', 'failed'] as const satisfies readonly (keyof RuleTally)[];
const HEADS = { found: 'Found', stopped: 'Stopped', redacted: 'Redacted', failed: 'Failed' } as const;

function Tallies({ rules }: { readonly rules: SimulationReport['rules'] }) {
  return (
    <Panel title="By rule, before and after" flush>
      <div className="table-scroll" role="region" aria-label="By rule, before and after" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              {COUNTS.map((count) => (
                <th key={count} scope="col" className="number">
                  {HEADS[count]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rules.map(({ id, before, after }) => (
              <tr key={id}>
                <td>{id}</td>
                {COUNTS.map((count) => (
                  <td key={count} className="number">
                    {before[count] === after[count] ? (
                      <span className="faint">{exactCount(after[count])}</span>
                    ) : (
                      <>
                        <span className="faint">{exactCount(before[count])}</span> → <b>{exactCount(after[count])}</b>
                      </>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Changes({ changes }: { readonly changes: readonly ChangedExchange[] }) {
  return (
    <ul className="change-list">
      {changes.map((change) => (
        <li key={change.id}>
          <div className="row">
            <FromTo before={change.before} after={change.after} />
            <Link href={`/traffic/${change.id}`}>
              <code>{change.id}</code>
            </Link>
            <span className="faint push small">
              {[change.principal, change.model].filter((name) => name !== null).join(' · ')}{' '}
              <Time at={Date.parse(change.time)} />
            </span>
          </div>
          {change.rules.map((rule) => {
            const evidence = rule.evidenceAfter.length > 0 ? rule.evidenceAfter : rule.evidenceBefore;
            return (
              <p key={`${rule.rule}/${rule.stage}`} className="small change-rule">
                <b>{rule.rule}</b>{' '}
                <span className="faint">
                  on {rule.stage}: {rule.before ?? 'did not run'} → {rule.after ?? 'does not run'}
                </span>{' '}
                {evidence.slice(0, 3).map((piece, i) => (
                  <span key={i} className="change-evidence">
                    <code className="mask">{piece.rule}</code>{' '}
                    {piece.mask !== '' && <code className="mask">{piece.mask}</code>}
                  </span>
                ))}
                {evidence.length > 3 && (
                  <span className="faint">and {plural(evidence.length - 3, 'more', 'more')}</span>
                )}
              </p>
            );
          })}
          {change.answerUnknown && (
            <p className="small faint">It was stopped before: what the model would have answered is not known.</p>
          )}
        </li>
      ))}
    </ul>
  );
}

function FromTo({ before, after }: { readonly before: Action; readonly after: Action }) {
  return (
    <span className="from-to">
      <ActionBadge action={before} />
      <span aria-hidden="true">→</span>
      <span className="visually-hidden">would become</span>
      <ActionBadge action={after} />
      {before === after && <Badge tone="quiet">other evidence</Badge>}
    </span>
  );
}
