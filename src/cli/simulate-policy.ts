import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createCanaryService } from '../access/canaries.ts';
import { loadPepper } from '../access/pepper.ts';
import { loadConfig } from '../config/load.ts';
import { statePaths } from '../config/state-paths.ts';
import { systemClock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { DetectorResources } from '../resources/detector-resources.ts';
import { createReplayPolicy } from '../gateway/replay-policy.ts';
import { NOT_REPLAYED, type NotReplayed, requireRule, simulate, type SimulationReport } from '../gateway/simulate.ts';
import { allowKey } from '../guard/allow-list.ts';
import { openStore } from '../store/open-store.ts';
import type { Io } from './command.ts';
import { count } from './count.ts';
import { formatTable } from './format-table.ts';
import { parseDuration } from './parse-duration.ts';

export interface SimulateArguments {
  readonly since: string;
  readonly config: string;
  readonly baseline?: string;
  readonly rule?: string;
  readonly limit: string;
  readonly format: string;
}

/** Exchanges of the table that are shown one by one; JSON has more. */
const SHOWN = 50;

/**
 * Replays recorded exchanges under a changed configuration. Exit code 0: nothing would end differently; 1: something
 * would; 3: nothing could be replayed, or it was interrupted.
 * @throws Fault `ERR_USAGE`, `ERR_CONFIG`, `ERR_STORE`.
 */
export async function simulatePolicy(given: SimulateArguments, io: Io): Promise<void> {
  const span = parseDuration(given.since, '--since');
  const limit = /^\d{1,7}$/.test(given.limit) ? Number(given.limit) : 0;
  if (limit < 1) throw new Fault('ERR_USAGE', `"${given.limit}" is not a number of exchanges.`, { where: '--limit' });
  if (given.format !== 'table' && given.format !== 'json') {
    throw new Fault('ERR_USAGE', `"${given.format}" is not table or json.`, { where: '--format' });
  }
  const changed = await loadConfig(resolve(io.cwd, given.config), io.env, given.config);
  const baseline =
    given.baseline === undefined ? null : await loadConfig(resolve(io.cwd, given.baseline), io.env, given.baseline);
  // Where the exchanges are is not for the changed file to say.
  const place = baseline ?? changed;
  const { state, storeUrl } = statePaths(place);
  if (storeUrl.startsWith('sqlite:') && !existsSync(resolve(place.directory, storeUrl.slice('sqlite:'.length)))) {
    throw new Fault('ERR_STORE', 'There are no recorded exchanges: the database is not there.', {
      where: storeUrl,
      hint: 'Run the command beside the configuration of the gateway, or name it with --baseline.',
    });
  }
  const store = await openStore(storeUrl, { directory: place.directory });
  let models: DetectorResources | null = null;
  try {
    const pepper = await loadPepper(state);
    const planted = await createCanaryService({ store, pepper, clock: systemClock }).list();
    models = new DetectorResources({ canaries: () => planted });
    const [leaseAfter, leaseBefore] = [changed, baseline ?? changed].map(({ directory }) => models!.lease(directory));
    const parts = { stored: await store.allowRows(), key: allowKey(pepper), clock: systemClock };
    const after = createReplayPolicy(changed.config, { ...parts, resources: leaseAfter!.resources });
    const before =
      baseline === null ? null : createReplayPolicy(baseline.config, { ...parts, resources: leaseBefore!.resources });
    await Promise.all([leaseAfter!.ready(), leaseBefore!.ready()]);
    requireRule(
      given.rule,
      [...changed.config.rules, ...(baseline?.config.rules ?? [])].map(({ id }) => id),
    );
    const to = systemClock();
    const report = await simulate({
      store,
      from: to - span,
      to,
      limit,
      before,
      after,
      ...(given.rule === undefined ? {} : { rule: given.rule }),
      signal: io.signal,
      onProgress: progressOn(io),
    });
    io.out(given.format === 'json' ? JSON.stringify(report, null, 2) : toTable(report));
    if (io.signal.aborted) io.err('interrupted: the exchanges after this point were not looked at');
    else if (!report.complete) io.err(`warning: only the newest ${limit} exchanges were looked at; see --limit`);
    io.exitCode = io.signal.aborted || (report.replayed === 0 && report.exchanges > 0) ? 3 : report.changed > 0 ? 1 : 0;
  } finally {
    await models?.close();
    await store.close();
  }
}

/** One line on a terminal, rewritten; nothing in a pipe. */
function progressOn(io: Io): (done: number, total: number) => void {
  if (!io.terminal) return () => {};
  const began = performance.now();
  let said = began;
  return (done, total) => {
    const now = performance.now();
    if (now - said < 2000 || done === 0) return;
    said = now;
    const left = Math.ceil((((now - began) / done) * (total - done)) / 1000);
    io.err(`${done} of ${total} exchanges, about ${left} s left`);
  };
}

function toTable(report: SimulationReport): string {
  const compared = report.comparedWith === 'recorded' ? 'what was decided when they came' : 'the baseline';
  const lines = [
    `${count(report.replayed, 'exchange')} of ${report.exchanges} replayed and compared with ${compared}; ` +
      `${report.changed === 0 ? 'none' : report.changed} would end differently`,
  ];
  for (const [reason, n] of Object.entries(report.notReplayed) as [NotReplayed, number][]) {
    if (n > 0) lines.push(`${n} not replayed: ${NOT_REPLAYED[reason]}`);
  }
  if (report.rules.length > 0) {
    const cell = (before: number, after: number): string =>
      before === after ? String(before) : `${before} -> ${after}`;
    const rows = report.rules.map(({ id, before, after }) => [
      id,
      cell(before.found, after.found),
      cell(before.stopped, after.stopped),
      cell(before.redacted, after.redacted),
      cell(before.failed, after.failed),
    ]);
    lines.push('', formatTable(['rule', 'found', 'stopped', 'redacted', 'failed'], rows));
  }
  if (report.changes.length > 0) {
    const rows = report.changes
      .slice(0, SHOWN)
      .flatMap((change) =>
        (change.rules.length === 0 ? [null] : change.rules).map((difference) => [
          change.id,
          change.time.slice(0, 19),
          change.principal ?? '-',
          `${change.before} -> ${change.after}${change.answerUnknown ? ' (answer not known)' : ''}`,
          difference === null ? '-' : `${difference.rule} (${difference.stage})`,
          difference === null ? '-' : maskOf(difference),
        ]),
      );
    lines.push('', formatTable(['exchange', 'time', 'principal', 'action', 'rule', 'evidence'], rows));
    if (report.changed > SHOWN) lines.push(`and ${report.changed - SHOWN} more: --format json`);
  }
  return lines.join('\n');
}

function maskOf({ evidenceBefore, evidenceAfter }: SimulationReport['changes'][number]['rules'][number]): string {
  const [first, ...others] = evidenceAfter.length > 0 ? evidenceAfter : evidenceBefore;
  if (first === undefined) return '-';
  return `${first.rule} ${first.mask}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}
