import { useState } from 'react';
import type { Decision, Evidence } from '../../../src/core/verdict.ts';
import type { ExchangeDetail } from '../../../src/gateway/admin/api.ts';
import { exactCount, fineDuration } from '../format/number.ts';
import { plural } from '../format/words.ts';
import { ActionBadge, Badge, SeverityBadge, StatusBadge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/page.tsx';
import { type Finding, NotAProblemDialog } from './not-a-problem-dialog.tsx';

/** What every rule decided. With the recorded exchange a finding can be declared no concern. */
export function Decisions({
  decisions,
  detail,
}: {
  readonly decisions: readonly Decision[];
  readonly detail?: ExchangeDetail;
}) {
  const [asking, setAsking] = useState<Finding | null>(null);
  const evidence = decisions.reduce((sum, decision) => sum + decision.evidence.length, 0);
  return (
    <Panel title="Decisions" flush aside={<span className="faint">{plural(evidence, 'piece')} of evidence</span>}>
      {decisions.length === 0 ? (
        <Empty title={detail === undefined ? 'No rule had anything to read.' : 'No rule looked at this exchange.'}>
          {detail === undefined
            ? 'The rules read other stages, roles or kinds of texts.'
            : 'It ended before its text was inspected, or no rule is configured for it.'}
        </Empty>
      ) : (
        <ul className="decisions">
          {decisions.map((decision, i) => (
            <li key={i}>
              <div className="decision-head">
                <b>{decision.rule}</b>
                <span className="faint">
                  {decision.detector} on {decision.stage}
                </span>
                <StatusBadge decision={decision} />
                {decision.action !== 'allow' && (
                  <>
                    {decision.mode === 'shadow' && <span className="faint">would have been</span>}
                    <ActionBadge action={decision.action} />
                  </>
                )}
                <span className="push faint number">{fineDuration(decision.millis)}</span>
              </div>
              {meaningOf(decision).map((line) => (
                <p key={line} className="decision-reason">
                  {line}
                </p>
              ))}
              {decision.evidence.map((piece, j) => (
                <EvidenceLine
                  key={j}
                  piece={piece}
                  {...(detail === undefined || piece.allowed !== undefined
                    ? {}
                    : { onAsk: () => setAsking({ decision, evidence: piece, index: j }) })}
                />
              ))}
            </li>
          ))}
        </ul>
      )}
      {asking !== null && detail !== undefined && (
        <NotAProblemDialog detail={detail} finding={asking} onClose={() => setAsking(null)} />
      )}
    </Panel>
  );
}

/** What a status and a reason mean, in sentences. */
export function meaningOf({ status, reason, shadow }: Decision): readonly string[] {
  const lines: string[] = [];
  if (status === 'failed')
    lines.push(`The check failed, so nobody knows what is in the text: ${reason ?? 'no reason was given'}`);
  else if (status === 'skipped') lines.push(`It was not run, or not on everything: ${reason ?? 'no reason was given'}`);
  else if (reason !== undefined) lines.push(reason);
  if (shadow !== undefined) {
    const held = shadow.held > 0 ? `held back up to ${exactCount(shadow.held)} characters of the stream` : null;
    const stopped = shadow.stoppedAt === null ? null : `ended it after ${exactCount(shadow.stoppedAt)} characters`;
    const would = [held, stopped].filter((one) => one !== null).join(' and ');
    if (would !== '') lines.push(`Enforced it would have ${would}.`);
  }
  return lines;
}

function EvidenceLine({ piece, onAsk }: { readonly piece: Evidence; readonly onAsk?: () => void }) {
  return (
    <div className="evidence">
      <SeverityBadge severity={piece.severity} />
      <div className="evidence-text">
        <span>
          {piece.message} <code className="mask">{piece.mask}</code>
        </span>
        <span className="faint small">
          <code>{piece.rule}</code> in <code>{piece.segment}</code> ({piece.role}, {piece.origin}), characters{' '}
          {piece.span.start}–{piece.span.end}
        </span>
      </div>
      <div className="evidence-aside">
        {piece.score !== undefined && <Badge tone="quiet">score {piece.score.toFixed(2)}</Badge>}
        {piece.allowed !== undefined && (
          <Badge tone="good" title={`Entry ${piece.allowed} of the allow-list covers it: nothing was done about it.`}>
            allowed
          </Badge>
        )}
        {onAsk !== undefined && (
          <Button kind="quiet" className="not-a-problem" onClick={onAsk}>
            Not a problem?
          </Button>
        )}
      </div>
    </div>
  );
}
