import type { PlaygroundRule, PlaygroundText } from '../../../src/gateway/admin/api.ts';
import { fineDuration } from '../format/number.ts';
import { plural } from '../format/words.ts';
import { MarkedText } from '../marks/marked-text.tsx';
import { Badge, SeverityBadge } from '../parts/badge.tsx';
import { Panel } from '../parts/page.tsx';
import { ScoreBar } from './score-bar.tsx';

/** One text: as it came with marks, what was undone to read it, what every rule says about it, and how it would go on. */
export function TextResult({ text }: { readonly text: PlaygroundText }) {
  const findings = text.rules.flatMap((rule) => rule.findings.map((finding) => ({ ...finding, by: rule.rule })));
  const views = text.views.filter((view) => view.via.length > 0 && view.text !== text.text);
  return (
    <Panel
      title={`${text.role}: ${text.id}`}
      flush
      aside={
        <>
          <span className="faint">from {text.origin}</span>
          <Badge tone={findings.length > 0 ? 'bad' : 'good'}>{plural(findings.length, 'finding')}</Badge>
        </>
      }
    >
      <div className="text-result">
        <MarkedText
          text={text.text}
          marks={findings.map(({ span, rule }) => ({ start: span.start, end: span.end, rule }))}
        />
        {text.text === '' && <p className="faint">An empty text: no rule reads it.</p>}
        {text.sent !== text.text && (
          <div className="as-sent">
            <h3>As it would go on</h3>
            <p className="segment-text">{text.sent}</p>
          </div>
        )}
        {findings.length > 0 && (
          <ul className="finding-list">
            {findings.map((finding, i) => (
              <li key={i} className="evidence">
                <SeverityBadge severity={finding.severity} />
                <div className="evidence-text">
                  <span>
                    {finding.message} {finding.mask !== '' && <code className="mask">{finding.mask}</code>}
                  </span>
                  <span className="faint small">
                    <code>{finding.rule}</code> by <b>{finding.by}</b>, characters {finding.span.start}–
                    {finding.span.end}
                    {finding.score === undefined ? '' : `, score ${finding.score.toFixed(2)}`}
                  </span>
                </div>
                {finding.allowed !== undefined && (
                  <Badge tone="quiet" title={`Entry ${finding.allowed} of the allow-list covers it.`}>
                    allowed
                  </Badge>
                )}
              </li>
            ))}
          </ul>
        )}
        {views.length > 0 && (
          <details open>
            <summary>What is read besides: {plural(views.length, 'view')}</summary>
            <ul className="views">
              {views.map((view, i) => (
                <li key={i}>
                  <span className="row">
                    {view.via.map((step, j) => (
                      <Badge key={j} tone="info">
                        {step}
                      </Badge>
                    ))}
                  </span>
                  <MarkedText text={view.text} marks={[]} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {text.rules.length > 0 && <RuleScores rules={text.rules} name={text.id} />}
    </Panel>
  );
}

function RuleScores({ rules, name }: { readonly rules: readonly PlaygroundRule[]; readonly name: string }) {
  return (
    <div className="table-scroll" role="region" aria-label={`Scores of ${name}`} tabIndex={0}>
      <table className="table scores">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Score and threshold</th>
            <th scope="col" className="number">
              Score
            </th>
            <th scope="col" className="number">
              Threshold
            </th>
            <th scope="col" className="number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.rule}>
              <td>
                {rule.rule}
                {rule.rule !== rule.detector && <span className="faint two-lines">{rule.detector}</span>}
              </td>
              {rule.failed !== null ? (
                <td colSpan={3}>
                  <Badge tone="warn" dot>
                    failed
                  </Badge>{' '}
                  {rule.failed}
                </td>
              ) : rule.score === null ? (
                <td colSpan={3} className="faint">
                  not its business
                </td>
              ) : (
                <>
                  <td>
                    <ScoreBar name={rule.rule} score={rule.score} threshold={rule.threshold} />
                  </td>
                  <td className="number">{rule.score.toFixed(2)}</td>
                  <td className="number">
                    {rule.threshold === null ? <span className="faint">–</span> : rule.threshold.toFixed(2)}
                  </td>
                </>
              )}
              <td className="number">{fineDuration(rule.millis)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
