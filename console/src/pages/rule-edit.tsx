import { useState } from 'react';
import type { RuleForm as Form, RuleReport } from '../../../src/gateway/admin/api.ts';
import { useResource } from '../api/use-resource.ts';
import { Button, CopyButton } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Icon } from '../parts/icon.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Link, useRouter } from '../router.tsx';
import { carryChanges } from '../rules/carried-changes.ts';
import {
  changesOf,
  differences,
  type FieldSchema,
  type RuleDraft,
  withKey,
  withoutDefaults,
} from '../rules/rule-draft.ts';
import { RuleForm } from '../rules/rule-form.tsx';
import { SimulationPanel } from '../rules/simulation-panel.tsx';

/** `/rules/edit?rule=…` changes a rule that runs, `?detector=…` makes a new one. Both only on paper. */
export function RuleEditPage() {
  const { search } = useRouter();
  const report = useResource<RuleReport>('/api/rules');
  const id = search.get('rule');
  const back = (
    <Link className="button plain" href="/rules">
      <Icon name="back" size={14} />
      Rules
    </Link>
  );
  return (
    <Page
      title={id === null ? 'A new rule' : 'Change a rule'}
      lead={id === null ? 'On paper: the configuration file stays as it is.' : <code>{id}</code>}
      actions={back}
    >
      <Loaded resource={report} lines={12}>
        {(data) => {
          const running = data.rules.find((rule) => rule.id === id);
          const detector = running?.detector ?? search.get('detector');
          if (detector === null) {
            return (
              <Empty title={id === null ? 'No detector was chosen.' : 'There is no such rule.'}>
                Choose one on the page of rules.
              </Empty>
            );
          }
          const draft = running?.written ?? { id: `new-${detector}`, detector, action: 'flag', mode: 'shadow' };
          return <WithForm key={id ?? detector} detector={detector} running={running?.written ?? null} start={draft} />;
        }}
      </Loaded>
    </Page>
  );
}

function WithForm(props: { readonly detector: string; readonly running: RuleDraft | null; readonly start: RuleDraft }) {
  const form = useResource<Form>(`/api/rules/schema/${encodeURIComponent(props.detector)}`);
  return (
    <Loaded resource={form} lines={12}>
      {(data) => <Editor form={data} running={props.running} start={props.start} />}
    </Loaded>
  );
}

function Editor({
  form,
  running,
  start,
}: {
  readonly form: Form;
  readonly running: RuleDraft | null;
  readonly start: RuleDraft;
}) {
  const { go } = useRouter();
  const [draft, setDraft] = useState<RuleDraft>(start);
  const [round, setRound] = useState(0);
  const id = String(draft['id'] ?? '');
  const yaml = changesOf(withoutDefaults(draft, form.schema as FieldSchema, form.defaults));
  const changed = running === null ? null : differences(running, draft);
  return (
    <div className="columns even workbench">
      <div className="stack" key={round}>
        {running === null && (
          <Panel title="Name">
            <label className="field">
              <span>id</span>
              <input
                value={id}
                required
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => setDraft(withKey(draft, 'id', event.target.value))}
              />
              <small>Name of this rule in records and the console.</small>
            </label>
          </Panel>
        )}
        <RuleForm form={form} draft={draft} onChange={setDraft} />
      </div>
      <div className="stack">
        <Panel
          title="For the configuration file"
          aside={
            <>
              {changed !== null && (
                <span className="faint">{changed.length === 0 ? 'as it runs' : `changes ${changed.join(', ')}`}</span>
              )}
              <CopyButton text={yaml} label="Copy the YAML" />
            </>
          }
        >
          <pre className="code">{yaml}</pre>
          <p className="faint">
            The file is yours: the console does not write it. Copy the rule into it, and the gateway takes it up by
            itself.
          </p>
          <div className="row">
            <Button
              onClick={() => {
                carryChanges(yaml);
                go('/playground');
              }}
            >
              Try it in the playground
            </Button>
            <Button
              kind="quiet"
              icon="reload"
              disabled={changed !== null && changed.length === 0}
              onClick={() => {
                setDraft(start);
                setRound(round + 1);
              }}
            >
              Start again
            </Button>
          </div>
        </Panel>
        <SimulationPanel rule={id} changes={yaml} />
      </div>
    </div>
  );
}
