import type { RuleForm as Form } from '../../../src/gateway/admin/api.ts';
import { Panel } from '../parts/page.tsx';
import { type FieldSchema, type RuleDraft, withKey } from './rule-draft.ts';
import { SchemaField } from './schema-field.tsx';

/** What it does first, then what it reads; the rest is seldom changed. */
const DOES = ['action', 'mode', 'restore'];
const READS = ['on', 'messages', 'roles', 'origins', 'kinds', 'tools'];
const SELDOM = ['onFailure', 'timeout', 'maxText', 'release'];

/** Fields for one rule, made from its schema. */
export function RuleForm({
  form,
  draft,
  onChange,
}: {
  readonly form: Form;
  readonly draft: RuleDraft;
  readonly onChange: (draft: RuleDraft) => void;
}) {
  const schema = form.schema as FieldSchema;
  const { properties = {} } = schema;
  const options = (draft['options'] ?? form.defaults) as RuleDraft;
  const fields = (names: readonly string[]) =>
    names.flatMap((name) => {
      const own = properties[name];
      if (own === undefined) return [];
      const value = draft[name] ?? own.default;
      return [
        <SchemaField
          key={name}
          name={name}
          schema={own}
          value={value}
          onChange={(next) => onChange(withKey(draft, name, next))}
        />,
      ];
    });
  return (
    <>
      <Panel title="What it does">
        <div className="field-grid">{fields(DOES)}</div>
      </Panel>
      <Panel title="What it reads">
        <div className="field-grid">{fields(READS)}</div>
      </Panel>
      <Panel title={`Options of ${form.detector}`}>
        <p className="faint">{form.summary}</p>
        <div className="field-grid">
          {Object.entries(properties['options']?.properties ?? {}).map(([name, own]) => (
            <SchemaField
              key={name}
              name={name}
              schema={own}
              value={options[name]}
              onChange={(next) => onChange(withKey(draft, 'options', withKey(options, name, next)))}
            />
          ))}
        </div>
      </Panel>
      <Panel title="Limits and failures">
        <div className="field-grid">{fields(SELDOM)}</div>
      </Panel>
    </>
  );
}
