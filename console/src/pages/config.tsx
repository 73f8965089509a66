import { useState } from 'react';
import type { ConfigReport, ConfigValue } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { useResource } from '../api/use-resource.ts';
import type { Resource } from '../api/use-resource.ts';
import { plural } from '../format/words.ts';
import { useSubmit } from '../keys/use-submit.ts';
import { Badge } from '../parts/badge.tsx';
import type { Tone } from '../parts/badge.tsx';
import { Button, CopyButton } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Failure, Notice } from '../parts/notice.tsx';
import { Facts, Page, Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';

export function ConfigPage() {
  const report = useResource<ConfigReport>('/api/config', 10_000);
  return (
    <Page title="Configuration" actions={<ReloadButton report={report} />}>
      <Loaded resource={report} lines={14}>
        {(data) => (
          <>
            {data.reload.error !== null && (
              <Notice tone="bad" title="The file could not be loaded. The last good configuration stays in force.">
                <pre className="code">{data.reload.error}</pre>
                <p>Correct the file; it is loaded as soon as it is saved, or with the button above.</p>
              </Notice>
            )}
            <div className="columns even">
              <Panel title="In force">
                <Facts
                  rows={[
                    [
                      'File',
                      <span key="path" className="with-copy">
                        <code className="wrap">{data.path}</code>
                        <CopyButton text={data.path} label="Copy the path" />
                      </span>,
                    ],
                    ['Hash', <code key="hash">{data.hash}</code>],
                    ['Since', <Time key="since" at={data.since} as="both" />],
                    [
                      'Reloads',
                      data.reload.attempts === 0
                        ? 'none since the start'
                        : `${plural(data.reload.attempts, 'attempt')}, ${data.reload.failures} failed`,
                    ],
                    ...(data.reload.attempts === 0
                      ? []
                      : [['Last attempt', <Time key="last" at={data.reload.lastAttemptAt} as="both" />] as const]),
                  ]}
                />
              </Panel>
              <Panel
                title="Worth a look"
                aside={<span className="faint">{plural(data.warnings.length, 'remark')}</span>}
                flush
              >
                {data.warnings.length === 0 ? (
                  <Empty title="Nothing stands out." />
                ) : (
                  <ul className="warnings">
                    {data.warnings.map((warning) => (
                      <li key={warning.key}>
                        <span>{warning.message}</span>
                        <span className="faint small">
                          <code>{warning.key}</code> · {warning.hint}
                        </span>
                      </li>
                    ))}
                  </ul>
                )}
              </Panel>
            </div>
            <Values values={data.values} file={data.path} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function ReloadButton({ report }: { readonly report: Resource<ConfigReport> }) {
  const { busy, error, submit } = useSubmit();
  return (
    <>
      {error !== null && <Failure error={error} />}
      <Button
        icon="reload"
        disabled={busy}
        onClick={() =>
          submit(async () =>
            report.set(await request<ConfigReport>('/api/config/reload', { method: 'POST', body: {} })),
          )
        }
      >
        {busy ? 'Loading…' : 'Load the file again'}
      </Button>
    </>
  );
}

const ORIGIN_TONE: Readonly<Record<ConfigValue['from'], Tone>> = { default: 'quiet', file: 'info', env: 'special' };

/** `FILE:12:5` as `line 12`: the file is named above. */
function shortPlace({ where }: ConfigValue, file: string): string {
  const line = where.startsWith(`${file}:`) ? where.slice(file.length + 1).split(':')[0] : undefined;
  return line === undefined ? where : `line ${line}`;
}

function Values({ values, file }: { readonly values: readonly ConfigValue[]; readonly file: string }) {
  const [text, setText] = useState('');
  const [withDefaults, setWithDefaults] = useState(true);
  const wanted = values.filter(
    (value) =>
      value.key.toLowerCase().includes(text.trim().toLowerCase()) && (withDefaults || value.from !== 'default'),
  );
  return (
    <Panel
      title="Effective values"
      flush
      aside={
        <div className="inline-filters">
          <label>
            <input type="checkbox" checked={withDefaults} onChange={(event) => setWithDefaults(event.target.checked)} />
            <span>defaults too</span>
          </label>
          <input
            type="search"
            aria-label="Filter by key"
            placeholder="Filter by key"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      }
    >
      <div className="table-scroll" role="region" aria-label="Effective values" tabIndex={0}>
        <table className="table values">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {wanted.map((value) => (
              <tr key={value.key}>
                <td>
                  <code>{value.key}</code>
                </td>
                <td className="value">
                  <code>{value.value}</code>
                </td>
                <td>
                  <Badge tone={ORIGIN_TONE[value.from]}>{value.from}</Badge>{' '}
                  {value.from !== 'default' && <span className="faint">{shortPlace(value, file)}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {wanted.length === 0 && <Empty title="No key matches." />}
    </Panel>
  );
}
