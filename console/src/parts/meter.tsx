import type { BudgetLine } from '../../../src/gateway/admin/api.ts';
import { exactCount, money, percent } from '../format/number.ts';
import { Time } from './time.tsx';

const WINDOW = { minute: 'a minute', hour: 'an hour', day: 'a day', month: 'a month' } as const;

/** One budget: what is used, what is reserved for running requests, and what is left. */
export function BudgetMeter({ line }: { readonly line: BudgetLine }) {
  const show = (value: number) => (line.unit === 'microUsd' ? money(value) : exactCount(value));
  const share = (value: number) => Math.min(100, (value / line.limit) * 100);
  const used = share(line.used);
  const reserved = Math.min(100 - used, share(line.reserved));
  const taken = line.used + line.reserved;
  const tone = taken >= line.limit ? 'full' : taken >= 0.8 * line.limit ? 'near' : 'fine';
  const unit = line.unit === 'microUsd' ? '' : ` ${line.unit}`;
  return (
    <div className="meter">
      <div className="meter-head">
        <span>
          <b>{line.budget}</b>{' '}
          <span className="faint">
            {show(line.limit)}
            {unit} {WINDOW[line.window]} · resets <Time at={line.resetAt} />
          </span>
        </span>
        <span className="meter-value">
          {show(line.used)}
          {line.reserved > 0 && <span className="faint"> + {show(line.reserved)} reserved</span>}
          <span className="meter-share">{percent(taken, line.limit)}</span>
        </span>
      </div>
      <div
        className={`meter-bar ${tone}`}
        role="meter"
        aria-label={`${line.budget}: ${line.unit === 'microUsd' ? 'US dollars' : line.unit}`}
        aria-valuemin={0}
        aria-valuemax={line.limit}
        aria-valuenow={Math.min(line.used, line.limit)}
        aria-valuetext={`${show(line.used)} of ${show(line.limit)} used, ${show(line.reserved)} reserved`}
      >
        <span className="used" style={{ width: `${used}%` }} />
        <span className="reserved" style={{ width: `${reserved}%` }} />
      </div>
    </div>
  );
}
