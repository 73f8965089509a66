import type { KeyView } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useSubmit } from './use-submit.ts';

export function RevokeKeyDialog({
  subject,
  onClose,
  onRevoked,
}: {
  readonly subject: KeyView;
  readonly onClose: () => void;
  readonly onRevoked: () => void;
}) {
  const { busy, error, submit } = useSubmit();
  const revoke = () =>
    submit(async () => {
      await request(`/api/keys/${encodeURIComponent(subject.id)}/revoke`, { method: 'POST', body: {} });
      onRevoked();
    });
  return (
    <Dialog title={`Revoke key ${subject.id}?`} onClose={onClose}>
      {error !== null && <Failure error={error} />}
      <p>
        Requests of <b>{subject.principal}</b> with this key are refused from now on. This cannot be undone.
        {subject.lastUsedAt !== null && (
          <>
            {' '}
            It was last used <Time at={subject.lastUsedAt} />.
          </>
        )}
      </p>
      <footer>
        <Button data-first onClick={onClose}>
          Keep it
        </Button>
        <Button kind="danger" disabled={busy} onClick={revoke}>
          {busy ? 'Revoking…' : 'Revoke'}
        </Button>
      </footer>
    </Dialog>
  );
}
