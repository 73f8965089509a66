import { useState } from 'react';
import type { AllowState, AllowView } from '../../../src/gateway/admin/api.ts';
import type { Resource } from '../api/use-resource.ts';
import { Badge } from '../parts/badge.tsx';
import type { Tone } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { coversOf } from './covers.ts';
import { RemoveAllowDialog } from './remove-allow-dialog.tsx';

const TONE: Readonly<Record<AllowState, Tone>> = { active: 'good', expired: 'warn', removed: 'quiet' };

/** Findings that are no concern: what, who says so, why and until when. */
export function AllowPanel({ resource }: { readonly resource: Resource<readonly AllowView[]> }) {
  const [removing, setRemoving] = useState<AllowView | null>(null);
  const [all, setAll] = useState(false);
  const removed = resource.data?.filter(({ state }) => state === 'removed').length ?? 0;
  return (
    <Panel
      title="Allow-list"
      flush
      aside={
        removed > 0 && (
          <label className="box">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
            <span>Removed ones too ({removed})</span>
          </label>
        )
      }
    >
      <Loaded resource={resource} lines={4}>
        {(entries) => {
          const shown = entries.filter(({ state }) => all || state !== 'removed');
          return shown.length === 0 ? (
            <Empty title="Nothing is allowed by way of exception.">
              An entry is made from a finding: open an exchange and choose “Not a problem?”.
            </Empty>
          ) : (
            <Entries entries={shown} onRemove={setRemoving} />
          );
        }}
      </Loaded>
      {removing !== null && (
        <RemoveAllowDialog
          entry={removing}
          onClose={() => setRemoving(null)}
          onRemoved={() => {
            setRemoving(null);
            void resource.reload();
          }}
        />
      )}
    </Panel>
  );
}

function Entries({
  entries,
  onRemove,
}: {
  readonly entries: readonly AllowView[];
  readonly onRemove: (entry: AllowView) => void;
}) {
  return (
    <div className="table-scroll" role="region" aria-label="Allow-list" tabIndex={0}>
      <table className="table allow">
        <thead>
          <tr>
            <th scope="col">Covers</th>
            <th scope="col">State</th>
            <th scope="col">Owner and reason</th>
            <th scope="col">Ends</th>
            <th scope="col">Made</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.source}/${entry.id}`} className={entry.state === 'active' ? undefined : 'over'}>
              <td>
                <dl className="covers">
                  {coversOf(entry.covers).map(({ name, value }) => (
                    <div key={name}>
                      <dt>{name}</dt>
                      <dd>{value}</dd>
                    </div>
                  ))}
                </dl>
                <code className="faint small">{entry.id}</code>
              </td>
              <td>
                <Badge
                  tone={TONE[entry.state]}
                  dot
                  {...(entry.state === 'expired' ? { title: 'It is past its end and has no effect any more.' } : {})}
                >
                  {entry.state}
                </Badge>
              </td>
              <td className="wrap">
                <b>{entry.owner}</b>
                <span className="faint two-lines">{entry.reason}</span>
              </td>
              <td>
                <Time at={entry.expiresAt} />
              </td>
              <td>
                {entry.source === 'config' ? (
                  <span className="faint">in the configuration file</span>
                ) : (
                  <>
                    {entry.createdBy} {entry.createdAt !== null && <Time at={entry.createdAt} />}
                  </>
                )}
              </td>
              <td className="row-actions">
                {entry.source === 'console' && entry.state !== 'removed' && (
                  <Button kind="quiet" aria-label={`Remove ${entry.id}`} onClick={() => onRemove(entry)}>
                    Remove
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
