import type { Decision } from '../../../src/core/verdict.ts';
import type { PlaygroundAnswer } from '../../../src/gateway/admin/api.ts';
import { ActionBadge, Badge, StatusBadge } from '../parts/badge.tsx';
import { Panel } from '../parts/page.tsx';
import { compare } from './compare.ts';

/** What the running rules and the changed ones decide, rule by rule. */
export function Comparison({
  running,
  changed,
}: {
  readonly running: PlaygroundAnswer;
  readonly changed: PlaygroundAnswer;
}) {
  const rows = compare(running, changed);
  const differing = rows.filter(({ differs }) => differs).length;
  return (
    <Panel
      title="Running and changed rules"
      flush
      aside={
        <Badge tone={differing > 0 ? 'warn' : 'quiet'}>
          {differing === 0 ? 'no difference' : `${differing} of ${rows.length} differ`}
        </Badge>
      }
    >
      <div className="table-scroll" role="region" aria-label="Running and changed rules" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Running</th>
              <th scope="col">Changed</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>
                <b>Together</b>
              </td>
              <td>
                <ActionBadge action={running.action} />
              </td>
              <td>
                <ActionBadge action={changed.action} />
              </td>
            </tr>
            {rows.map(({ rule, before, after, differs }) => (
              <tr key={rule} className={differs ? undefined : 'over'}>
                <td>{rule}</td>
                <td>
                  <Said decision={before} />
                </td>
                <td>
                  <Said decision={after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Said({ decision }: { readonly decision: Decision | null }) {
  if (decision === null) return <span className="faint">no such rule, or nothing to read</span>;
  return (
    <span className="row">
      <StatusBadge decision={decision} />
      {decision.action !== 'allow' && <ActionBadge action={decision.action} />}
    </span>
  );
}
