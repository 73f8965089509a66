import type { ExchangeDetail } from '../../../src/gateway/admin/api.ts';
import { exactCount } from '../format/number.ts';
import { Badge } from '../parts/badge.tsx';
import { CopyButton, DownloadLink } from '../parts/button.tsx';
import { Facts, Panel } from '../parts/page.tsx';

/** Where this record stands in the ledger, and how somebody else can check that it does. */
export function LedgerPlace({ detail }: { readonly detail: ExchangeDetail }) {
  const { index, leaf, ledger } = detail;
  const command = `parapet audit verify --proof ${index}`;
  return (
    <Panel
      title="Ledger"
      aside={
        <Badge tone={ledger.integrated ? 'good' : 'quiet'}>
          {ledger.integrated ? 'signed' : 'written, not yet signed'}
        </Badge>
      }
    >
      <Facts
        rows={[
          ['Entry', `no. ${index}, in a log of ${exactCount(ledger.size)}`],
          ['Log', <code key="origin">{ledger.origin}</code>],
          [
            'Leaf hash',
            <span key="leaf" className="with-copy">
              <code className="wrap">{leaf}</code>
              <CopyButton text={leaf} label="Copy the leaf hash" />
            </span>,
          ],
        ]}
      />
      <div className="row">
        <DownloadLink href={`/api/ledger/proof/${index}`}>Proof</DownloadLink>
        <DownloadLink href={`/api/ledger/entry/${index}`}>Entry</DownloadLink>
      </div>
      <p className="small">
        The entry’s bytes hash to the leaf; the proof leads from the leaf to the root that the checkpoint in it signs.
        On the gateway’s machine:
      </p>
      <p className="command">
        <code>{command}</code>
        <CopyButton text={command} label="Copy the command" />
      </p>
    </Panel>
  );
}
