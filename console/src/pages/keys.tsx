import { useState } from 'react';
import type { KeyOnce, KeyView, Status } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { CreateKeyDialog } from '../keys/create-key-dialog.tsx';
import { KeyOnceDialog } from '../keys/key-once-dialog.tsx';
import { RevokeKeyDialog } from '../keys/revoke-key-dialog.tsx';
import { RotateKeyDialog } from '../keys/rotate-key-dialog.tsx';
import { Badge } from '../parts/badge.tsx';
import type { Tone } from '../parts/badge.tsx';
import { Button, CopyButton } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';

type Asking =
  | { readonly what: 'create' }
  | { readonly what: 'rotate' | 'revoke'; readonly key: KeyView }
  | { readonly what: 'shown'; readonly once: KeyOnce };

export function KeysPage() {
  const keys = useResource<readonly KeyView[]>('/api/keys', 15_000);
  const status = useResource<Status>('/api/status');
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  const show = (once: KeyOnce) => {
    setAsking({ what: 'shown', once });
    void keys.reload();
  };
  return (
    <Page
      title="Keys"
      lead="What callers present. A key is shown once; here it is known by its public id."
      actions={
        <Button kind="primary" icon="plus" onClick={() => setAsking({ what: 'create' })}>
          Create a key
        </Button>
      }
    >
      <Loaded resource={keys} lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="There is no key yet.">
              Create one, then give it to an application in place of the provider’s key.
            </Empty>
          ) : (
            <KeyTable rows={rows} onAsk={setAsking} />
          )
        }
      </Loaded>
      {status.data !== null && <HowToUse dataUrl={status.data.dataUrl} />}
      {asking?.what === 'create' && <CreateKeyDialog onClose={close} onCreated={show} />}
      {asking?.what === 'rotate' && <RotateKeyDialog subject={asking.key} onClose={close} onRotated={show} />}
      {asking?.what === 'revoke' && (
        <RevokeKeyDialog
          subject={asking.key}
          onClose={close}
          onRevoked={() => {
            close();
            void keys.reload();
          }}
        />
      )}
      {asking?.what === 'shown' && <KeyOnceDialog once={asking.once} onClose={close} />}
    </Page>
  );
}

const STATE_TONE: Readonly<Record<KeyView['state'], Tone>> = {
  active: 'good',
  rotated: 'warn',
  expired: 'quiet',
  revoked: 'bad',
};

function KeyTable({ rows, onAsk }: { readonly rows: readonly KeyView[]; readonly onAsk: (asking: Asking) => void }) {
  return (
    <div className="table-scroll" role="region" aria-label="Keys" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Id</th>
            <th scope="col">Principal</th>
            <th scope="col">Note</th>
            <th scope="col">State</th>
            <th scope="col">Created</th>
            <th scope="col">Last used</th>
            <th scope="col">Expires</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((key) => (
            <tr key={key.id} className={key.state === 'revoked' || key.state === 'expired' ? 'over' : undefined}>
              <td>
                <code>{key.id}</code>
              </td>
              <td className="clip">
                {key.principal}
                {key.team !== null && <span className="faint"> · {key.team}</span>}
              </td>
              <td className="clip" title={key.note ?? undefined}>
                {key.note ?? <span className="faint">–</span>}
              </td>
              <td>
                <Badge
                  tone={STATE_TONE[key.state]}
                  title={key.rotatedTo === null ? undefined! : `Rotated to ${key.rotatedTo}`}
                  dot
                >
                  {key.state}
                </Badge>
              </td>
              <td>
                <Time at={key.createdAt} />
              </td>
              <td>{key.lastUsedAt === null ? <span className="faint">never</span> : <Time at={key.lastUsedAt} />}</td>
              <td>
                {key.revokedAt !== null ? (
                  <span className="faint">
                    revoked <Time at={key.revokedAt} />
                  </span>
                ) : key.expiresAt === null ? (
                  <span className="faint">never</span>
                ) : (
                  <Time at={key.expiresAt} />
                )}
              </td>
              <td className="row-actions">
                {key.state === 'active' && (
                  <Button
                    kind="quiet"
                    aria-label={`Rotate key ${key.id}`}
                    onClick={() => onAsk({ what: 'rotate', key })}
                  >
                    Rotate
                  </Button>
                )}
                {(key.state === 'active' || key.state === 'rotated') && (
                  <Button
                    kind="quiet"
                    aria-label={`Revoke key ${key.id}`}
                    onClick={() => onAsk({ what: 'revoke', key })}
                  >
                    Revoke
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

function HowToUse({ dataUrl }: { readonly dataUrl: string }) {
  const lines = [
    ['OpenAI SDKs', `export OPENAI_BASE_URL=${dataUrl}/v1 OPENAI_API_KEY=pk_…`],
    ['Anthropic SDKs', `export ANTHROPIC_BASE_URL=${dataUrl} ANTHROPIC_API_KEY=pk_…`],
  ] as const;
  return (
    <Panel title="How an application uses a key">
      {lines.map(([name, line]) => (
        <div key={name} className="command labelled">
          <span>{name}</span>
          <code>{line}</code>
          <CopyButton text={line} label={`Copy the line for ${name}`} />
        </div>
      ))}
    </Panel>
  );
}
