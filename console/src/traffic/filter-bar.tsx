import { useEffect, useId, useState } from 'react';
import type { Ref } from 'react';
import type { ExchangeRow } from '../../../src/gateway/admin/api.ts';
import { OUTCOME_LABEL, OUTCOMES } from '../format/words.ts';
import { Button } from '../parts/button.tsx';
import { isSet, NO_FILTER } from './filter.ts';
import type { Filter } from './filter.ts';

export function FilterBar({
  ref,
  filter,
  rows,
  onChange,
}: {
  readonly ref: Ref<HTMLFormElement>;
  readonly filter: Filter;
  readonly rows: readonly ExchangeRow[];
  readonly onChange: (filter: Filter) => void;
}) {
  const names = (pick: (row: ExchangeRow) => string | null | undefined) =>
    [...new Set(rows.flatMap((row) => pick(row) ?? []))].sort();
  return (
    <form
      ref={ref}
      className="filters"
      role="search"
      aria-label="Filter exchanges"
      onSubmit={(event) => event.preventDefault()}
    >
      <TextFilter
        label="Principal"
        value={filter.principal}
        options={names((row) => row.exchange.principal?.id)}
        onChange={(principal) => onChange({ ...filter, principal })}
      />
      <TextFilter
        label="Model"
        value={filter.model}
        options={names((row) => row.exchange.model)}
        onChange={(model) => onChange({ ...filter, model })}
      />
      <label className="filter">
        <span>Outcome</span>
        <select value={filter.outcome} onChange={(event) => onChange({ ...filter, outcome: event.target.value })}>
          <option value="">any</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {OUTCOME_LABEL[outcome]}
            </option>
          ))}
        </select>
      </label>
      <label className="filter">
        <span>Rules</span>
        <select value={filter.decision} onChange={(event) => onChange({ ...filter, decision: event.target.value })}>
          <option value="">any</option>
          <option value="found">found something</option>
          <option value="failed">check failed</option>
        </select>
      </label>
      <TextFilter label="Request id" value={filter.id} options={[]} onChange={(id) => onChange({ ...filter, id })} />
      <Button kind="quiet" disabled={!isSet(filter)} onClick={() => onChange(NO_FILTER)}>
        Clear
      </Button>
    </form>
  );
}

/** A text that filters once typing rests. */
function TextFilter({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}) {
  const list = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text.trim()), 300);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label className="filter">
      <span>{label}</span>
      <input
        value={text}
        placeholder="any"
        spellCheck={false}
        autoComplete="off"
        list={options.length > 0 ? list : undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text.trim());
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      {options.length > 0 && (
        <datalist id={list}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </label>
  );
}
