import type { PlaygroundAnswer } from '../../../src/gateway/admin/api.ts';
import { Decisions } from '../exchange/decisions.tsx';
import { fineDuration } from '../format/number.ts';
import { ActionBadge } from '../parts/badge.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/page.tsx';
import { fateOf } from './compare.ts';
import { TextResult } from './text-result.tsx';

/** All that the rules say about what was pasted. */
export function AnswerView({ answer }: { readonly answer: PlaygroundAnswer }) {
  return (
    <>
      <div className="verdict" role="status">
        <ActionBadge action={answer.action} />
        <span>{fateOf(answer.action, answer.stage)}</span>
      </div>
      {answer.texts.map((text) => (
        <TextResult key={text.id} text={text} />
      ))}
      <Decisions decisions={answer.decisions} />
      <CostByDetector cost={answer.cost} />
    </>
  );
}

function CostByDetector({ cost }: { readonly cost: PlaygroundAnswer['cost'] }) {
  const rows = Object.entries(cost).toSorted(([, a], [, b]) => b - a);
  const most = rows[0]?.[1] ?? 0;
  const total = rows.reduce((sum, [, millis]) => sum + millis, 0);
  return (
    <Panel title="Time by detector" flush aside={<span className="faint">{fineDuration(total)} together</span>}>
      {rows.length === 0 ? (
        <Empty title="No detector ran.">No rule reads texts like these.</Empty>
      ) : (
        <ul className="ranking">
          {rows.map(([detector, millis]) => (
            <li key={detector} className="ranking-row">
              <span className="ranking-bar" style={{ width: `${most === 0 ? 0 : (millis / most) * 100}%` }} />
              <span className="ranking-name">{detector}</span>
              <span className="number">{fineDuration(millis)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
