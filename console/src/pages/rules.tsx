import type { FormEvent } from 'react';
import type { AllowView, RuleReport, RuleRow } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { exactCount, percent } from '../format/number.ts';
import { plural } from '../format/words.ts';
import { ActionBadge, Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Link, useRouter } from '../router.tsx';
import { AllowPanel } from '../rules/allow-panel.tsx';
import { OverridesPanel } from '../rules/overrides-panel.tsx';

export function RulesPage() {
  const report = useResource<RuleReport>('/api/rules', 10_000);
  const allow = useResource<readonly AllowView[]>('/api/allow', 30_000);
  return (
    <Page
      title="Rules"
      lead={
        report.data === null ? (
          'What looks at requests and answers'
        ) : (
          <>
            What looks at requests and answers. Counts since <Time at={report.data.since} as="both" />
          </>
        )
      }
      actions={report.data !== null && <NewRule detectors={report.data.detectors} />}
    >
      <Loaded resource={report} lines={6}>
        {(data) => (
          <>
            {data.rules.length === 0 ? (
              <Empty title="No rule is configured: texts pass without being looked at.">
                <p>For example, to stop credentials on their way in and out:</p>
                <pre className="code">{'rules:\n  - id: secrets\n    detector: secret-leak\n    action: block'}</pre>
              </Empty>
            ) : (
              <RuleTable rules={data.rules} />
            )}
            <OverridesPanel overrides={data.overrides} />
            <AllowPanel resource={allow} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Goes to the editor with a new rule for the detector that is chosen. */
function NewRule({ detectors }: { readonly detectors: RuleReport['detectors'] }) {
  const { go } = useRouter();
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = String(new FormData(event.currentTarget).get('detector'));
    go(`/rules/edit?detector=${encodeURIComponent(chosen)}`);
  };
  return (
    <form className="row" onSubmit={send}>
      <label className="inline-label">
        <span>Detector</span>
        <select name="detector">
          {detectors.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" icon="plus">
        New rule
      </Button>
    </form>
  );
}

/** What narrows it down besides the stage. */
function scopeOf(rule: RuleRow): string {
  const lists = [rule.roles, rule.origins, rule.kinds, rule.tools];
  const said = lists.flatMap((list) => (list === null ? [] : [list.join(', ')]));
  return [...said, ...(rule.messages === 'all' && rule.on.includes('input') ? ['all messages'] : [])].join(' · ');
}

function RuleTable({ rules }: { readonly rules: readonly RuleRow[] }) {
  return (
    <div className="table-scroll" role="region" aria-label="Rules" tabIndex={0}>
      <table className="table rules">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Looks at</th>
            <th scope="col">Does</th>
            <th scope="col">When the check fails</th>
            <th scope="col" className="number">
              Checked
            </th>
            <th scope="col" className="number">
              Found
            </th>
            <th scope="col" className="number">
              Blocked
            </th>
            <th scope="col" className="number">
              Shadow
            </th>
            <th scope="col" className="number">
              Failed
            </th>
            <th scope="col">Last match</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.id}>
              <td>
                <Link href={`/rules/edit?rule=${encodeURIComponent(rule.id)}`}>
                  <b>{rule.id}</b>
                </Link>
                <span className="faint two-lines">
                  {rule.title}: {rule.summary}
                </span>
              </td>
              <td>
                {rule.on.join(', ')}
                <span className="faint two-lines">{scopeOf(rule)}</span>
                {rule.changedBy.length > 0 && (
                  <span className="faint two-lines">{plural(rule.changedBy.length, 'override')}</span>
                )}
              </td>
              <td>
                <ActionBadge action={rule.action} />{' '}
                {rule.mode === 'shadow' && (
                  <Badge tone="info" title="Records what it would have done, and changes nothing.">
                    shadow
                  </Badge>
                )}
              </td>
              <td>{rule.onFailure}</td>
              <td className="number">{exactCount(rule.checked)}</td>
              <td className="number">
                {exactCount(rule.found)}{' '}
                <span className="faint">{rule.found > 0 ? percent(rule.found, rule.checked) : ''}</span>
              </td>
              <td className="number">{exactCount(rule.blocked)}</td>
              <td className="number">{exactCount(rule.shadow)}</td>
              <td className={`number${rule.failed > 0 ? ' tone-warn' : ''}`}>{exactCount(rule.failed)}</td>
              <td>
                {rule.lastFoundAt === null ? <span className="faint">none</span> : <Time at={rule.lastFoundAt} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
