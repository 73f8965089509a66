import { useState } from 'react';
import type { ApprovalDecisionRequest, ApprovalView } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { useSubmit } from '../keys/use-submit.ts';
import { Button } from '../parts/button.tsx';
import { Failure, Notice } from '../parts/notice.tsx';

/** The two answers, with a reason that goes into the ledger. Denying needs no thought; approving is no default of Enter. */
export function DecideForm({
  subject,
  onDecided,
}: {
  readonly subject: ApprovalView;
  readonly onDecided: (view: ApprovalView) => void;
}) {
  const { busy, error, submit } = useSubmit();
  const [reason, setReason] = useState('');
  if (subject.forbidden !== null) return <Notice tone="info" title={subject.forbidden} />;
  const decide = (verdict: 'approve' | 'deny') =>
    submit(async () => {
      const body: ApprovalDecisionRequest = reason.trim() === '' ? {} : { reason: reason.trim() };
      const path = `/api/approvals/${encodeURIComponent(subject.id)}/${verdict}`;
      onDecided(await request<ApprovalView>(path, { method: 'POST', body }));
    });
  const second = subject.firstBy !== null && subject.state === 'pending';
  return (
    <form className="decide" onSubmit={(event) => event.preventDefault()}>
      {error !== null && <Failure error={error} />}
      <label className="field">
        <span>Reason</span>
        <textarea
          rows={2}
          maxLength={512}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          placeholder="What you checked. It is written to the ledger, and told to the agent when you deny."
        />
      </label>
      <div className="decide-buttons">
        <Button kind="danger" disabled={busy} onClick={() => decide('deny')}>
          {subject.state === 'approved' ? 'Take back' : 'Deny'}
        </Button>
        {subject.state === 'pending' && (
          <Button kind="primary" disabled={busy} onClick={() => decide('approve')}>
            {second ? 'Approve as the second person' : 'Approve once'}
          </Button>
        )}
      </div>
    </form>
  );
}
