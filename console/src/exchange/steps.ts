import type { Exchange } from '../../../src/core/exchange.ts';
import type { Decision, Stage } from '../../../src/core/verdict.ts';

export interface Step {
  readonly title: string;
  readonly detail: string;
  readonly tone: 'good' | 'bad' | 'warn' | 'quiet';
  /** Milliseconds since the request came in, where it was measured. */
  readonly at: number | null;
}

/** What happened, in order, told from the record. Nothing is said that the record does not hold. */
export function stepsOf(exchange: Exchange): readonly Step[] {
  const { timings, outcome, fault } = exchange;
  const steps: Step[] = [
    {
      title: 'Request came in',
      detail: `${exchange.method} ${exchange.path}, ${exchange.surface}`,
      tone: 'quiet',
      at: 0,
    },
  ];
  if (exchange.principal === null) {
    steps.push({ title: 'Not authenticated', detail: fault?.code ?? 'no principal', tone: 'bad', at: null });
  } else {
    const { id, kind, team } = exchange.principal;
    steps.push({
      title: `Authenticated as ${id}`,
      detail: `by ${kind}${team === null ? '' : `, team ${team}`}`,
      tone: 'good',
      at: null,
    });
  }
  if (outcome === 'refused') {
    steps.push({ title: 'Refused', detail: fault?.code ?? '', tone: 'warn', at: timings.total });
    return steps;
  }
  steps.push(...stage(exchange.decisions, 'input'));
  if (exchange.upstream !== null) {
    steps.push({
      title: `Sent to ${exchange.upstream}`,
      detail: `${exchange.model ?? 'no model'}${timings.upstream === null ? '' : `, waited ${Math.round(timings.upstream)} ms`}`,
      tone: 'quiet',
      at: null,
    });
  }
  if (timings.firstByte !== null) {
    steps.push({
      title: exchange.stream ? 'Stream began' : 'First byte left',
      detail: `status ${exchange.status}`,
      tone: 'quiet',
      at: timings.firstByte,
    });
  }
  steps.push(...stage(exchange.decisions, 'output'), ending(exchange));
  return steps;
}

function stage(decisions: readonly Decision[], at: Stage): readonly Step[] {
  const own = decisions.filter((decision) => decision.stage === at);
  if (own.length === 0) return [];
  const what = at === 'input' ? 'Request' : 'Answer';
  const rules = (list: readonly Decision[]) => [...new Set(list.map((decision) => decision.rule))].join(', ');
  const failed = own.filter((decision) => decision.status === 'failed');
  const found = own.filter((decision) => decision.status === 'found');
  const enforced = found.filter((decision) => decision.mode === 'enforce');
  const steps: Step[] = [];
  if (failed.length > 0) {
    steps.push({ title: `${what}: a check failed`, detail: rules(failed), tone: 'warn', at: null });
  }
  if (enforced.length > 0) {
    const action = enforced.map((decision) => decision.action).join(', ');
    steps.push({ title: `${what}: matched`, detail: `${rules(enforced)} → ${action}`, tone: 'bad', at: null });
  }
  const shadow = found.filter((decision) => decision.mode === 'shadow');
  if (shadow.length > 0) {
    steps.push({
      title: `${what}: matched in shadow`,
      detail: `${rules(shadow)}, nothing changed`,
      tone: 'warn',
      at: null,
    });
  }
  if (steps.length === 0) {
    steps.push({ title: `${what} inspected`, detail: `${rules(own)}: clean`, tone: 'good', at: null });
  }
  return steps;
}

const ENDINGS: Readonly<Record<Exchange['outcome'], Pick<Step, 'title' | 'tone'>>> = {
  served: { title: 'Answer sent', tone: 'good' },
  blocked: { title: 'Blocked', tone: 'bad' },
  refused: { title: 'Refused', tone: 'warn' },
  cut: { title: 'Stream ended: budget spent', tone: 'warn' },
  failed: { title: 'Failed', tone: 'bad' },
  'client-closed': { title: 'Client went away', tone: 'quiet' },
  interrupted: { title: 'Gateway stopped', tone: 'warn' },
};

function ending({ outcome, fault, status, timings }: Exchange): Step {
  return { ...ENDINGS[outcome], detail: fault?.code ?? `status ${status}`, at: timings.total };
}
