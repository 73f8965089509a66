import type { FormEvent } from 'react';
import type { KeyOnce, NewKey } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/notice.tsx';
import { useSubmit } from './use-submit.ts';

export function CreateKeyDialog({
  onClose,
  onCreated,
}: {
  readonly onClose: () => void;
  readonly onCreated: (once: KeyOnce) => void;
}) {
  const { busy, error, submit } = useSubmit();
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const days = text('expires');
    const body: NewKey = {
      principal: text('principal'),
      ...(text('team') === '' ? {} : { team: text('team') }),
      ...(text('note') === '' ? {} : { note: text('note') }),
      ...(days === '' ? {} : { expiresInDays: Number(days) }),
    };
    submit(async () => onCreated(await request<KeyOnce>('/api/keys', { method: 'POST', body })));
  };
  return (
    <Dialog title="Create a key" onClose={onClose}>
      <form onSubmit={send}>
        {error !== null && <Failure error={error} />}
        <label className="field">
          <span>Principal</span>
          <input name="principal" required maxLength={256} data-first spellCheck={false} autoComplete="off" />
          <small>Who uses it: a person or an application. Policies and budgets go by this name.</small>
        </label>
        <label className="field">
          <span>Team (optional)</span>
          <input name="team" maxLength={256} spellCheck={false} autoComplete="off" />
        </label>
        <label className="field">
          <span>Note (optional)</span>
          <input name="note" maxLength={256} autoComplete="off" />
        </label>
        <label className="field">
          <span>Expires</span>
          <select name="expires" defaultValue="90">
            <option value="7">in 7 days</option>
            <option value="30">in 30 days</option>
            <option value="90">in 90 days</option>
            <option value="365">in a year</option>
            <option value="">never</option>
          </select>
        </label>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {busy ? 'Creating…' : 'Create'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
