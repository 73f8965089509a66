import { useState } from 'react';
import type { LedgerReport, ReadToken } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { useResource } from '../api/use-resource.ts';
import { exactCount } from '../format/number.ts';
import { useSubmit } from '../keys/use-submit.ts';
import { Badge } from '../parts/badge.tsx';
import { Button, CopyButton, DownloadLink } from '../parts/button.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Failure } from '../parts/notice.tsx';
import { Facts, Page, Panel } from '../parts/page.tsx';

export function LedgerPage() {
  const report = useResource<LedgerReport>('/api/ledger', 5000);
  return (
    <Page title="Ledger" lead="Every exchange and every action in this console, in a log that shows tampering">
      <Loaded resource={report} lines={12}>
        {(data) => (
          <div className="columns even">
            <div className="stack">
              <State data={data} />
              <OneProof size={data.size} />
            </div>
            <div className="stack">
              <Verify data={data} />
              <ReadApi />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function State({ data }: { readonly data: LedgerReport }) {
  const waiting = data.size - data.checkpoint.size;
  return (
    <Panel
      title="State"
      aside={
        <Badge tone={waiting === 0 ? 'good' : 'info'}>{waiting === 0 ? 'all signed' : `${waiting} to be signed`}</Badge>
      }
    >
      <Facts
        rows={[
          ['Entries', exactCount(data.size)],
          ['Signed up to', exactCount(data.checkpoint.size)],
          [
            'Root',
            <span key="root" className="with-copy">
              <code className="wrap">{data.checkpoint.root}</code>
              <CopyButton text={data.checkpoint.root} label="Copy the root" />
            </span>,
          ],
          ['Origin', <code key="origin">{data.origin}</code>],
          ['Written', data.sync === 'always' ? 'to disk before each answer' : 'before each answer, to disk in batches'],
          ['Index', `${data.storeKind}, exchanges up to entry ${exactCount(Math.max(0, data.indexedTo))}`],
        ]}
      />
      <h3>Last checkpoint</h3>
      <pre className="code">{data.checkpoint.note}</pre>
      <div className="row">
        <DownloadLink href="/api/ledger/checkpoint">Checkpoint</DownloadLink>
      </div>
    </Panel>
  );
}

function Verify({ data }: { readonly data: LedgerReport }) {
  return (
    <Panel title="How to check it">
      <p>
        The log is a Merkle tree (RFC 6962) whose root and size are signed with Ed25519. Keep the verifier key somewhere
        else: with it anyone can check checkpoints and proofs without trusting this server.
      </p>
      <h3>Verifier key</h3>
      <p className="command">
        <code className="wrap">{data.verifierKey}</code>
        <CopyButton text={data.verifierKey} label="Copy the verifier key" />
      </p>
      <ol className="steps">
        <li>
          <b>Everything.</b> Reads every entry, rebuilds every hash, and names what was changed, removed or moved.
          <Command text="parapet audit verify" />
        </li>
        <li>
          <b>One entry.</b> Shows that it is in the tree of a checkpoint, from the two files that an exchange’s page
          gives, without the log.
          <Command
            text={`parapet audit check-proof entry-N.tlog-proof --entry entry-N.json --key '${data.verifierKey}'`}
          />
        </li>
        <li>
          <b>Elsewhere.</b> A proof is a C2SP tlog-proof and the checkpoint a signed note; the tiles follow C2SP
          tlog-tiles. Other programs that know these formats read them as they are.
        </li>
      </ol>
    </Panel>
  );
}

function Command({ text }: { readonly text: string }) {
  return (
    <span className="command">
      <code>{text}</code>
      <CopyButton text={text} label={`Copy: ${text}`} />
    </span>
  );
}

function OneProof({ size }: { readonly size: number }) {
  const [text, setText] = useState('');
  const index = /^\d+$/.test(text.trim()) ? Number(text.trim()) : null;
  const exists = index !== null && index < size;
  return (
    <Panel title="Proof of one entry">
      <form className="row" onSubmit={(event) => event.preventDefault()}>
        <label className="field inline">
          <span>Entry</span>
          <input
            inputMode="numeric"
            value={text}
            placeholder={size === 0 ? '' : `0 to ${size - 1}`}
            aria-invalid={text !== '' && !exists}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {exists ? (
          <>
            <DownloadLink href={`/api/ledger/proof/${index}`}>Proof</DownloadLink>
            <DownloadLink href={`/api/ledger/entry/${index}`}>Entry</DownloadLink>
          </>
        ) : (
          <span className="faint small">
            {size === 0
              ? 'The ledger is empty.'
              : text === ''
                ? 'An exchange’s page says which entry it is.'
                : `Entries are numbered 0 to ${size - 1}.`}
          </span>
        )}
      </form>
    </Panel>
  );
}

function ReadApi() {
  const [token, setToken] = useState<string | null>(null);
  const { busy, error, submit } = useSubmit();
  const base = `${location.origin}/ledger`;
  return (
    <Panel title="For monitors and witnesses">
      <p>
        The log’s own read interface is at <code>{base}/</code>: <code>checkpoint</code>, <code>tile/…</code> and{' '}
        <code>tile/entries/…</code>. Programs present the read token, which opens nothing else.
      </p>
      {error !== null && <Failure error={error} />}
      {token !== null && (
        <p className="command">
          <code className="wrap">{token}</code>
          <CopyButton text={token} label="Copy the read token" />
        </p>
      )}
      <div className="row">
        {token === null ? (
          <Button
            disabled={busy}
            onClick={() => submit(async () => setToken((await request<ReadToken>('/api/ledger/read-token')).token))}
          >
            Show the read token
          </Button>
        ) : (
          <>
            <Button onClick={() => setToken(null)}>Hide</Button>
            <Button
              kind="danger"
              disabled={busy}
              onClick={() =>
                submit(async () =>
                  setToken((await request<ReadToken>('/api/ledger/read-token', { method: 'POST', body: {} })).token),
                )
              }
            >
              Replace it
            </Button>
          </>
        )}
      </div>
    </Panel>
  );
}
