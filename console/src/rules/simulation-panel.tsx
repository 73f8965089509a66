import type { FormEvent } from 'react';
import { exactCount, percent } from '../format/number.ts';
import { Button } from '../parts/button.tsx';
import { Failure, Notice } from '../parts/notice.tsx';
import { Panel } from '../parts/page.tsx';
import { SimulationResult } from './simulation-result.tsx';
import { useSimulation } from './use-simulation.ts';

/** Replays recorded exchanges under changed rules. */
export function SimulationPanel({ rule, changes }: { readonly rule: string; readonly changes: string }) {
  const { job, error, running, start, cancel } = useSimulation();
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    start({
      days: Number(form.get('days')),
      limit: Number(form.get('limit')),
      changes,
      ...(form.get('only') === null ? {} : { rule }),
    });
  };
  return (
    <>
      <Panel title="Simulation">
        <form className="filters" onSubmit={send}>
          <label className="filter">
            <span>Exchanges of</span>
            <select name="days" defaultValue="7">
              <option value="1">the last day</option>
              <option value="7">the last 7 days</option>
              <option value="30">the last 30 days</option>
              <option value="90">the last 90 days</option>
            </select>
          </label>
          <label className="filter">
            <span>At most</span>
            <select name="limit" defaultValue="1000">
              <option value="200">200</option>
              <option value="1000">1,000</option>
              <option value="5000">5,000</option>
            </select>
          </label>
          <label className="box">
            <input type="checkbox" name="only" defaultChecked />
            <span>Only differences of this rule</span>
          </label>
          <Button kind="primary" type="submit" disabled={running || rule === ''}>
            {running ? 'Simulating…' : 'Simulate'}
          </Button>
        </form>
        {job?.state === 'running' && (
          <div className="progress-line">
            <progress max={Math.max(1, job.total)} value={job.done} aria-label="Exchanges replayed" />
            <span className="number">
              {exactCount(job.done)} of {exactCount(job.total)}{' '}
              <span className="faint">{percent(job.done, job.total)}</span>
            </span>
            <Button onClick={cancel}>Cancel</Button>
          </div>
        )}
        {error !== null && <Failure error={error} />}
        {job?.state === 'failed' && <Notice tone="bad" title={job.error ?? 'The simulation failed.'} />}
        {job?.state === 'cancelled' && (
          <Notice tone="warn" title="Cancelled. What follows is what there was until then." />
        )}
        {job === null && error === null && (
          <p className="faint">
            Replays recorded exchanges under the rule as it stands here and compares with the rules in force. Nothing is
            changed, and no model is asked.
          </p>
        )}
      </Panel>
      {job !== null && job.report !== null && <SimulationResult report={job.report} />}
    </>
  );
}
