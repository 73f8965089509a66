import { useId, useState } from 'react';
import type { FieldSchema } from './rule-draft.ts';

/** Choices up to this number are boxes to tick. */
const MOST_BOXES = 16;

interface FieldProps {
  readonly name: string;
  readonly schema: FieldSchema;
  /** Undefined: the rule does not say it. */
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** A field for whatever the schema allows: boxes, choices, numbers, texts, lists, and JSON for the rest. */
export function SchemaField(props: FieldProps) {
  const { schema } = props;
  const choices = schema.type === 'array' && typeof schema.items === 'object' ? schema.items.enum : undefined;
  if (choices !== undefined && choices.length <= MOST_BOXES) return <BoxesField {...props} choices={choices} />;
  if (schema.type === 'boolean') return <BoxField {...props} />;
  return <LabelledField {...props} />;
}

/** The label names it, and what it means is told after it: not both in one breath. */
function LabelledField(props: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.name}</label>
      <Control {...props} id={id} />
      <Description id={id} text={props.schema.description} />
    </div>
  );
}

type ControlProps = FieldProps & { readonly id: string };

function Control(props: ControlProps) {
  const { schema, value, onChange } = props;
  const named = naming(props);
  if (schema.enum !== undefined) {
    const isOptional = schema.default === undefined;
    return (
      <select
        {...named}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
      >
        {(isOptional || value === undefined) && <option value="">as usual</option>}
        {schema.enum.map((choice) => (
          <option key={String(choice)}>{String(choice)}</option>
        ))}
      </select>
    );
  }
  const number = numberOf(schema);
  if (number !== null) {
    const { nullable, ...limits } = number;
    return (
      <input
        {...named}
        type="number"
        {...limits}
        value={typeof value === 'number' ? value : ''}
        placeholder={nullable ? 'its own' : undefined}
        onChange={(event) => {
          const said = event.target.value;
          onChange(said === '' ? (nullable ? null : undefined) : Number(said));
        }}
      />
    );
  }
  if (schema.type === 'string') {
    return (
      <input
        {...named}
        value={typeof value === 'string' ? value : ''}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
      />
    );
  }
  if (schema.type === 'array' && typeof schema.items === 'object' && schema.items.type === 'string') {
    return <LinesControl {...props} />;
  }
  return <JsonControl {...props} />;
}

function naming({ id, schema }: ControlProps) {
  return { id, ...(schema.description === undefined ? {} : { 'aria-describedby': `${id}-about` }) };
}

function numberOf(schema: FieldSchema) {
  const nullable = schema.anyOf?.some(({ type }) => type === 'null') ?? false;
  const own = nullable ? schema.anyOf!.find(({ type }) => type === 'number' || type === 'integer') : schema;
  if (own === undefined || (own.type !== 'number' && own.type !== 'integer')) return null;
  return { nullable, min: own.minimum, max: own.maximum, step: own.type === 'integer' ? 1 : 0.01 };
}

/** A list of texts, one on each line. */
function LinesControl(props: ControlProps) {
  const { schema, value, onChange } = props;
  const [text, setText] = useState(() => (Array.isArray(value) ? value.join('\n') : ''));
  return (
    <textarea
      {...naming(props)}
      className="code-field"
      rows={3}
      spellCheck={false}
      placeholder="one on each line"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const lines = event.target.value.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
        onChange(lines.length === 0 ? schema.default : lines);
      }}
    />
  );
}

function JsonControl(props: ControlProps) {
  const { name, value, onChange } = props;
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const [wrong, setWrong] = useState(false);
  const errorId = useId();
  return (
    <>
      <textarea
        {...naming(props)}
        className="code-field"
        rows={4}
        spellCheck={false}
        placeholder="JSON"
        aria-invalid={wrong}
        {...(wrong ? { 'aria-describedby': errorId } : {})}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          try {
            onChange(event.target.value.trim() === '' ? undefined : (JSON.parse(event.target.value) as unknown));
            setWrong(false);
          } catch {
            setWrong(true);
          }
        }}
      />
      {wrong && (
        <small id={errorId} className="wrong">
          This is not JSON yet: {name} stays as it was.
        </small>
      )}
    </>
  );
}

function BoxField({ name, schema, value, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="box">
        <input
          type="checkbox"
          aria-describedby={`${id}-about`}
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{name}</span>
      </label>
      <Description id={id} text={schema.description} />
    </div>
  );
}

/** None ticked means what the schema says where nothing is said, which for scopes is everything. */
function BoxesField({ name, schema, value, choices, onChange }: FieldProps & { readonly choices: readonly unknown[] }) {
  const id = useId();
  const chosen = new Set(Array.isArray(value) ? value : []);
  return (
    <fieldset className="field boxes" aria-describedby={`${id}-about`}>
      <legend>{name}</legend>
      <div className="row">
        {choices.map((choice) => (
          <label key={String(choice)} className="box">
            <input
              type="checkbox"
              checked={chosen.has(choice)}
              onChange={(event) => {
                const next = choices.filter((one) => (one === choice ? event.target.checked : chosen.has(one)));
                onChange(next.length === 0 ? schema.default : next);
              }}
            />
            <span>{String(choice)}</span>
          </label>
        ))}
      </div>
      <Description id={id} text={schema.description} />
    </fieldset>
  );
}

function Description({ id, text }: { readonly id: string; readonly text: string | undefined }) {
  return text === undefined ? null : <small id={`${id}-about`}>{text.replaceAll('`', '')}</small>;
}
