import { useEffect, useRef, useState } from 'react';
import type { PlaygroundAnswer } from '../../../src/gateway/admin/api.ts';
import { request } from '../api/request.ts';
import { useSubmit } from '../keys/use-submit.ts';
import { Page, Panel } from '../parts/page.tsx';
import { AnswerView } from '../playground/answer-view.tsx';
import { Comparison } from '../playground/comparison.tsx';
import { EXAMPLES } from '../playground/examples.ts';
import { QuestionForm } from '../playground/question-form.tsx';
import { EMPTY_QUESTION, type Question, toRequest } from '../playground/question.ts';
import { carriedChanges, carryChanges } from '../rules/carried-changes.ts';

interface Answers {
  readonly running: PlaygroundAnswer;
  /** Null where no changes were given. */
  readonly changed: PlaygroundAnswer | null;
}

export function PlaygroundPage() {
  const [question, setQuestion] = useState<Question>(() => ({ ...EMPTY_QUESTION, changes: carriedChanges() }));
  const [answers, setAnswers] = useState<Answers | null>(null);
  const [shown, setShown] = useState<'running' | 'changed'>('running');
  const { busy, error, submit } = useSubmit();
  const results = useRef<HTMLDivElement>(null);

  const ask = (asked: Question) =>
    submit(async () => {
      const body = toRequest(asked);
      const post = (more: object) =>
        request<PlaygroundAnswer>('/api/playground', { method: 'POST', body: { ...body, ...more } });
      const running = await post({});
      const changed = asked.changes.trim() === '' ? null : await post({ changes: asked.changes });
      setAnswers({ running, changed });
      setShown(changed === null ? 'running' : 'changed');
    });

  useEffect(() => {
    // On narrow screens the answer is below what one has just sent.
    if (answers !== null && innerWidth <= 1020) results.current?.scrollIntoView({ block: 'start' });
  }, [answers]);

  const answer = answers === null ? null : ((shown === 'changed' ? answers.changed : null) ?? answers.running);
  return (
    <Page title="Playground" lead="What the rules say about a text. Nothing is recorded.">
      <div className="columns even workbench">
        <div className="stack">
          <QuestionForm
            question={question}
            busy={busy}
            error={error}
            onChange={(next) => {
              carryChanges(next.changes);
              setQuestion(next);
            }}
            onAsk={() => ask(question)}
          />
        </div>
        <div className="stack" ref={results}>
          {answers !== null && answers.changed !== null && (
            <>
              <Comparison running={answers.running} changed={answers.changed} />
              <div className="segmented start" role="group" aria-label="Details of">
                {(['running', 'changed'] as const).map((side) => (
                  <button key={side} type="button" aria-pressed={shown === side} onClick={() => setShown(side)}>
                    {side === 'running' ? 'Running rules' : 'Changed rules'}
                  </button>
                ))}
              </div>
            </>
          )}
          {answer !== null && <AnswerView answer={answer} />}
          {answer === null && (
            <Examples
              onTake={(taken) => {
                const next = { ...taken, changes: question.changes };
                setQuestion(next);
                ask(next);
              }}
            />
          )}
          {answer !== null && (
            <details className="more-examples">
              <summary>Examples</summary>
              <Examples
                onTake={(taken) => {
                  const next = { ...taken, changes: question.changes };
                  setQuestion(next);
                  ask(next);
                }}
              />
            </details>
          )}
        </div>
      </div>
    </Page>
  );
}

function Examples({ onTake }: { readonly onTake: (question: Question) => void }) {
  return (
    <Panel title="Examples to begin with" flush>
      <ul className="example-list">
        {EXAMPLES.map(({ title, about, question }) => (
          <li key={title}>
            <button type="button" onClick={() => onTake(question)}>
              <b>{title}</b>
              <span className="faint">{about}</span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
