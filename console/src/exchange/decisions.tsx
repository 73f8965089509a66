import type { Decision, Evidence } from '../../../src/core/verdict.ts';
import { duration } from '../format/number.ts';
import { plural } from '../format/words.ts';
import { ActionBadge, Badge, SeverityBadge, StatusBadge } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/page.tsx';

export function Decisions({ decisions }: { readonly decisions: readonly Decision[] }) {
  const evidence = decisions.reduce((sum, decision) => sum + decision.evidence.length, 0);
  return (
    <Panel title="Decisions" flush aside={<span className="faint">{plural(evidence, 'piece')} of evidence</span>}>
      {decisions.length === 0 ? (
        <Empty title="No rule looked at this exchange.">
          It ended before its text was inspected, or no rule is configured for it.
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
                {decision.action !== 'allow' && <ActionBadge action={decision.action} />}
                <span className="push faint number">{duration(decision.millis)}</span>
              </div>
              {decision.reason !== undefined && <p className="decision-reason">{decision.reason}</p>}
              {decision.evidence.map((piece, j) => (
                <EvidenceLine key={j} piece={piece} />
              ))}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function EvidenceLine({ piece }: { readonly piece: Evidence }) {
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
      {piece.score !== undefined && <Badge tone="quiet">score {piece.score.toFixed(2)}</Badge>}
    </div>
  );
}
