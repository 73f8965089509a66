import type { FormEvent } from 'react';
import type { KeyOnce, KeyView } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/notice.tsx';
import { useSubmit } from './use-submit.ts';

export function RotateKeyDialog({
  subject,
  onClose,
  onRotated,
}: {
  readonly subject: KeyView;
  readonly onClose: () => void;
  readonly onRotated: (once: KeyOnce) => void;
}) {
  const { busy, error, submit } = useSubmit();
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const graceDays = Number(new FormData(event.currentTarget).get('grace'));
    const path = `/api/keys/${encodeURIComponent(subject.id)}/rotate`;
    submit(async () => onRotated(await request<KeyOnce>(path, { method: 'POST', body: { graceDays } })));
  };
  return (
    <Dialog title={`Rotate key ${subject.id}`} onClose={onClose}>
      <form onSubmit={send}>
        {error !== null && <Failure error={error} />}
        <p>
          {subject.principal} gets a new key. The old one goes on working for a while, so that the application can be
          changed without a gap.
        </p>
        <label className="field">
          <span>The old key works for</span>
          <select name="grace" defaultValue="1" data-first>
            <option value="0">no longer</option>
            <option value="1">one more day</option>
            <option value="7">seven more days</option>
          </select>
        </label>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {busy ? 'Rotating…' : 'Rotate'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
