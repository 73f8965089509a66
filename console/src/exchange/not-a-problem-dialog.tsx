import { type FormEvent, useState } from 'react';
import type { AllowView, ExchangeDetail, FindingPlace } from '../../../src/gateway/admin/api.ts';
import type { Decision, Evidence } from '../../../src/core/verdict.ts';
import { request } from '../api/request.ts';
import { useSubmit } from '../keys/use-submit.ts';
import { Button, DownloadLink } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Failure, Notice } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../router.tsx';
import { textTrouble } from './kept-text.ts';
import { type Extent, type ForWhom, newAllow } from './new-allow.ts';

export interface Finding {
  readonly decision: Decision;
  readonly evidence: Evidence;
  /** Of the evidence in its decision. */
  readonly index: number;
}

/** A finding that is no concern: an entry in the allow-list, or a test case for whoever looks after the detector. */
export function NotAProblemDialog({
  detail,
  finding,
  onClose,
}: {
  readonly detail: ExchangeDetail;
  readonly finding: Finding;
  readonly onClose: () => void;
}) {
  const { decision, evidence, index } = finding;
  const { exchange } = detail;
  const place: FindingPlace = { exchange: exchange.id, rule: decision.rule, stage: decision.stage, index };
  const trouble = textTrouble(detail.content, decision.stage, evidence);
  const [made, setMade] = useState<AllowView | null>(null);
  const query = new URLSearchParams({ rule: place.rule, stage: place.stage, index: String(index), expect: 'clean' });
  return (
    <Dialog title="Not a problem?" onClose={onClose}>
      <div className="stack">
        <p className="wrap">
          <b>{decision.rule}</b> found <code>{evidence.rule}</code>{' '}
          {evidence.mask !== '' && <code className="mask">{evidence.mask}</code>}
        </p>
        {made === null ? (
          <AllowFields
            detail={detail}
            finding={finding}
            place={place}
            trouble={trouble}
            onMade={setMade}
            onClose={onClose}
          />
        ) : (
          <>
            <Notice tone="good" title="It is in the allow-list.">
              The same finding is still recorded, and nothing is done about it, until{' '}
              <Time at={made.expiresAt} as="absolute" />. <Link href="/rules">See the list</Link>
            </Notice>
            <footer>
              <Button data-first onClick={onClose}>
                Close
              </Button>
            </footer>
          </>
        )}
        <section className="test-case" aria-label="Test case">
          <h3>Or a test case</h3>
          {trouble === null ? (
            <>
              <p>
                One row of JSONL with this text, expected to be clean. <code>parapet detect --jsonl</code> reads such
                rows. It holds the text as it came.
              </p>
              <DownloadLink href={`/api/exchanges/${exchange.id}/test-case?${query}`}>
                Download the test case
              </DownloadLink>
            </>
          ) : (
            <p className="faint">Not possible: {trouble} Test cases need evidence.content: full.</p>
          )}
        </section>
      </div>
    </Dialog>
  );
}

function AllowFields({
  detail,
  finding: { decision, evidence },
  place,
  trouble,
  onMade,
  onClose,
}: {
  readonly detail: ExchangeDetail;
  readonly finding: Finding;
  readonly place: FindingPlace;
  readonly trouble: string | null;
  readonly onMade: (entry: AllowView) => void;
  readonly onClose: () => void;
}) {
  const { exchange } = detail;
  const { busy, error, submit } = useSubmit();
  const [extent, setExtent] = useState<Extent>(trouble === null ? 'kept-value' : 'value');
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const body = newAllow(
      {
        extent,
        said: text('said'),
        forWhom: text('for') as ForWhom,
        owner: text('owner'),
        reason: text('reason'),
        days: Number(text('days')),
      },
      place,
      evidence.rule,
      exchange,
    );
    submit(async () => onMade(await request<AllowView>('/api/allow', { method: 'POST', body })));
  };
  const choices: readonly (readonly [Extent, string])[] = [
    ...(trouble === null ? [['kept-value', 'exactly what was found here'] as const] : []),
    ['value', 'a value that I type'],
    ['pattern', 'what matches a pattern'],
    ['kind', `every ${evidence.rule} of this rule`],
  ];
  return (
    <form className="stack" onSubmit={send}>
      {error !== null && <Failure error={error} />}
      <label className="field">
        <span>Allow</span>
        <select value={extent} data-first onChange={(event) => setExtent(event.target.value as Extent)}>
          {choices.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        {trouble !== null && <small>The value itself cannot be taken from here. {trouble}</small>}
      </label>
      {(extent === 'value' || extent === 'pattern') && (
        <label className="field">
          <span>{extent === 'value' ? 'Value' : 'Pattern (RE2)'}</span>
          <input name="said" required maxLength={1024} spellCheck={false} autoComplete="off" />
          <small>
            {extent === 'value'
              ? 'Only a keyed hash of it is kept. Case, look-alikes and white space do not matter.'
              : 'It must match all that was found.'}
          </small>
        </label>
      )}
      <label className="field">
        <span>For</span>
        <select name="for" defaultValue="everybody">
          <option value="everybody">everybody</option>
          {exchange.principal !== null && <option value="principal">{exchange.principal.id} only</option>}
          {exchange.principal?.team && <option value="team">team {exchange.principal.team} only</option>}
          {exchange.model !== null && <option value="model">requests for {exchange.model} only</option>}
        </select>
      </label>
      <label className="field">
        <span>Owner</span>
        <input name="owner" required maxLength={128} autoComplete="off" />
        <small>Who answers for it.</small>
      </label>
      <label className="field">
        <span>Reason</span>
        <input name="reason" required maxLength={512} autoComplete="off" />
      </label>
      <label className="field">
        <span>Ends</span>
        <select name="days" defaultValue="90">
          <option value="7">in 7 days</option>
          <option value="30">in 30 days</option>
          <option value="90">in 90 days</option>
          <option value="365">in a year</option>
        </select>
      </label>
      <footer>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" type="submit" disabled={busy} title={`Rule ${decision.rule}`}>
          {busy ? 'Adding…' : 'Add to the allow-list'}
        </Button>
      </footer>
    </form>
  );
}
