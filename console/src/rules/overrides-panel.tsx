import type { OverrideView } from '../../../src/gateway/admin/api.ts';
import { Badge } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/page.tsx';

/** Rules that hold otherwise for some: for whom, and what is different. In the order of the file; the last one wins. */
export function OverridesPanel({ overrides }: { readonly overrides: readonly OverrideView[] }) {
  return (
    <Panel title="Overrides" flush>
      {overrides.length === 0 ? (
        <Empty title="The rules hold for everybody alike.">
          Under <code>overrides</code> the configuration can change them for principals, teams, models or surfaces.
        </Empty>
      ) : (
        <ol className="override-list">
          {overrides.map((override, i) => (
            <li key={i}>
              <span className="row">
                {Object.entries(override.match).map(([key, values]) => (
                  <Badge key={key} tone="info">
                    {key}: {values.join(', ')}
                  </Badge>
                ))}
              </span>
              {Object.entries(override.rules).map(([rule, changes]) => (
                <p key={rule} className="wrap">
                  <b>{rule}</b>{' '}
                  <code className="small">
                    {Object.entries(changes)
                      .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
                      .join(', ')}
                  </code>
                </p>
              ))}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
