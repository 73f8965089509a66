import type { FormEvent, KeyboardEvent } from 'react';
import type { RequestError } from '../api/request.ts';
import { Button } from '../parts/button.tsx';
import { Failure } from '../parts/notice.tsx';
import { Panel } from '../parts/page.tsx';
import { MessageField } from './message-field.tsx';
import { EMPTY_MESSAGE, isEmpty, type Question, SURFACES } from './question.ts';

const FORMS = [
  ['text', 'One text'],
  ['messages', 'Conversation'],
  ['request', 'Request body'],
] as const;

/** What is to be looked at, and as whose. */
export function QuestionForm({
  question,
  busy,
  error,
  onChange,
  onAsk,
}: {
  readonly question: Question;
  readonly busy: boolean;
  readonly error: RequestError | null;
  readonly onChange: (question: Question) => void;
  readonly onAsk: () => void;
}) {
  const set = (part: Partial<Question>) => onChange({ ...question, ...part });
  const send = (event: FormEvent) => {
    event.preventDefault();
    onAsk();
  };
  const sendByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!isEmpty(question)) onAsk();
  };
  return (
    <Panel title="What to look at">
      {/* The keys are for those who are in one of its fields; everything is also a button. */}
      <form className="stack" onSubmit={send} onKeyDown={sendByKey}>
        <div className="row">
          <div className="segmented" role="group" aria-label="Form">
            {FORMS.map(([form, label]) => (
              <button key={form} type="button" aria-pressed={question.form === form} onClick={() => set({ form })}>
                {label}
              </button>
            ))}
          </div>
          {question.form !== 'request' && (
            <div className="segmented" role="group" aria-label="Stage">
              {(['input', 'output'] as const).map((stage) => (
                <button
                  key={stage}
                  type="button"
                  aria-pressed={question.stage === stage}
                  onClick={() => set({ stage })}
                >
                  {stage === 'input' ? 'Request' : 'Answer'}
                </button>
              ))}
            </div>
          )}
        </div>
        {question.form === 'text' && (
          <MessageField name="Text" rows={7} message={question.text} onChange={(text) => set({ text })} />
        )}
        {question.form === 'messages' && <Messages question={question} onChange={set} />}
        {question.form === 'request' && (
          <>
            <label className="inline-label">
              <span>Surface</span>
              <select
                value={question.surface}
                onChange={(event) => set({ surface: event.target.value as Question['surface'] })}
              >
                {SURFACES.map((surface) => (
                  <option key={surface}>{surface}</option>
                ))}
              </select>
            </label>
            <textarea
              className="code-field"
              aria-label="Request body, JSON"
              rows={12}
              spellCheck={false}
              value={question.request}
              onChange={(event) => set({ request: event.target.value, stage: 'input' })}
            />
          </>
        )}
        <details>
          <summary>As whom</summary>
          <div className="field-grid">
            {(['model', 'principal', 'team'] as const).map((key) => (
              <label key={key} className="field">
                <span>{{ model: 'Model', principal: 'Principal', team: 'Team' }[key]}</span>
                <input
                  value={question[key]}
                  maxLength={256}
                  spellCheck={false}
                  autoComplete="off"
                  onChange={(event) => set({ [key]: event.target.value })}
                />
              </label>
            ))}
          </div>
          <p className="faint small">Overrides and the allow-list can make it different for somebody.</p>
        </details>
        <details open={question.changes !== ''}>
          <summary>Compare with changed rules</summary>
          <label className="field">
            <span>Changes, YAML</span>
            <textarea
              className="code-field"
              rows={8}
              spellCheck={false}
              value={question.changes}
              placeholder={'rules:\n  - id: secrets\n    detector: secret-leak\n    action: flag\nwithout: [links]'}
              onChange={(event) => set({ changes: event.target.value })}
            />
            <small>
              <code>rules</code> replace those with the same id, <code>without</code> leaves rules out;{' '}
              <code>overrides</code> and <code>allow</code> stand for the whole list.
            </small>
          </label>
        </details>
        {error !== null && <Failure error={error} />}
        <div className="row">
          <Button kind="primary" type="submit" disabled={busy || isEmpty(question)}>
            {busy ? 'Looking…' : 'Look at it'}
          </Button>
          <span className="faint small">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </span>
          <span className="faint small push">Nothing is recorded, and no model is asked for an answer.</span>
        </div>
      </form>
    </Panel>
  );
}

function Messages({
  question,
  onChange,
}: {
  readonly question: Question;
  readonly onChange: (part: Partial<Question>) => void;
}) {
  const { messages } = question;
  return (
    <>
      {messages.map((message, i) => (
        <MessageField
          key={i}
          name={`Message ${i + 1}`}
          rows={3}
          message={message}
          onChange={(next) => onChange({ messages: messages.with(i, next) })}
          onRemove={messages.length > 1 ? () => onChange({ messages: messages.toSpliced(i, 1) }) : undefined}
        />
      ))}
      <Button icon="plus" className="start" onClick={() => onChange({ messages: [...messages, EMPTY_MESSAGE] })}>
        Add a message
      </Button>
    </>
  );
}
