import type { AllowView } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { useSubmit } from '../keys/use-submit.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/notice.tsx';

export function RemoveAllowDialog({
  entry,
  onClose,
  onRemoved,
}: {
  readonly entry: AllowView;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}) {
  const { busy, error, submit } = useSubmit();
  const remove = () =>
    submit(async () => {
      await request(`/api/allow/${encodeURIComponent(entry.id)}/remove`, { method: 'POST', body: {} });
      onRemoved();
    });
  return (
    <Dialog title="Remove this entry?" onClose={onClose}>
      {error !== null && <Failure error={error} />}
      <p>
        What it covers is a finding again from now on, and rules act on it. It was made for <b>{entry.owner}</b>:{' '}
        {entry.reason}
      </p>
      <footer>
        <Button data-first onClick={onClose}>
          Keep it
        </Button>
        <Button kind="danger" disabled={busy} onClick={remove}>
          {busy ? 'Removing…' : 'Remove'}
        </Button>
      </footer>
    </Dialog>
  );
}
