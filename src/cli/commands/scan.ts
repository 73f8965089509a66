import { availableParallelism } from 'node:os';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault, isFault } from '../../core/fault.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../../core/severity.ts';
import type { AdvisoryBook } from '../../scan/advisories/advisory-book.ts';
import type { AgentLock } from '../../scan/agents/agent-lock.ts';
import type { AcceptedFinding, Baseline } from '../../scan/baseline.ts';
import type { FileResult } from '../../scan/file-result.ts';
import { applyLicencePolicy, LICENCE_POLICIES } from '../../scan/licences.ts';
import type { ScanTask } from '../../scan/scan-pool.ts';
import type { WalkOptions } from '../../scan/walk-paths.ts';
import type { Io, RegisterCommand } from '../command.ts';
import { count } from '../count.ts';
import { remoteTasks } from '../remote/remote-tasks.ts';
import { renderScan, SCAN_FORMATS } from '../scan-report.ts';
import { ScanDigests } from '../scan-digests.ts';
import { ScanProgress } from '../scan-progress.ts';
import { spoolStdin } from '../spool-stdin.ts';
import { writeWholeFile } from '../write-whole-file.ts';

interface ScanCommandOptions {
  readonly format: string;
  readonly output?: string;
  readonly failOn: string;
  readonly baseline?: string;
  readonly digests?: true;
  readonly writeBaseline?: string;
  readonly exclude: readonly string[];
  readonly all?: true;
  readonly follow?: true;
  readonly threads?: string;
  readonly agents?: true;
  readonly home?: string;
  readonly lock?: string;
  readonly writeLock?: string;
  readonly licencePolicy: string;
  readonly advisories: readonly string[];
  readonly allowPrivateAddresses?: true;
  readonly probe?: true;
}

/** `parapet scan`: looks at model files, archives and configurations for what they would do to whoever loads them. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('scan')
    .description('look at model files, archives and configurations before anything loads them')
    .argument(
      '[path...]',
      'files, folders, and addresses (https://…); "-" reads one file from stdin; with --agents, folders of projects',
    )
    .option('--format <format>', SCAN_FORMATS.join(', '), 'table')
    .option('-o, --output <file>', 'write the report to a file instead of stdout')
    .option('--fail-on <severity>', 'exit with 1 when a finding is at least this severe', 'medium')
    .option('--digests', 'with json and jsonl: the SHA-256 of each file, for a passport; reads all of them')
    .option('--baseline <file>', 'findings that have been looked at and accepted, with reason, owner and expiry')
    .option('--write-baseline <file>', 'write what is found as a baseline to fill in')
    .option('--exclude <pattern>', 'leave out files or folders; may be repeated', collect, [])
    .option('--all', 'look into .git, node_modules and the like, too')
    .option('--follow', 'follow symbolic links out of the folders that are named, too')
    .option('--agents', 'look at configurations, skills and instructions of agents in their usual places')
    .option(
      '--home <folder>',
      'with --agents: the home folder to look below; "none" for projects alone (default: yours)',
    )
    .option('--lock <file>', 'compare definitions of agents with a lock: what is new, changed or gone')
    .option('--write-lock <file>', 'write a lock of the definitions of agents that were found')
    .option('--threads <count>', 'files looked at at once (default: one a core, at most 4)')
    .option(
      '--licence-policy <policy>',
      `what licences that restrict the use are worth: ${LICENCE_POLICIES.join(', ')}`,
      'low',
    )
    .option(
      '--advisories <path>',
      'compare packages and images with advisories in the format of OSV: a record, a folder, or an archive of osv.dev; may be repeated',
      collect,
      [],
    )
    .option('--allow-private-addresses', 'addresses may lie in your own network, and be without TLS')
    .option('--probe', 'ask addresses as services, with GET alone, whether they let strangers in; only what is yours')
    .addHelpText(
      'after',
      '\nExit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or a file that cannot be read, 3 something could not be looked at.',
    )
    .action(async (paths: readonly string[], options: ScanCommandOptions) => {
      const format = oneOf('--format', options.format, SCAN_FORMATS);
      const failOn = oneOf('--fail-on', options.failOn, SEVERITIES);
      const licencePolicy = oneOf('--licence-policy', options.licencePolicy, LICENCE_POLICIES);
      const threads = options.threads === undefined ? Math.min(4, availableParallelism()) : Number(options.threads);
      if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64))
        throw new Fault('ERR_USAGE', '--threads takes a number from 1 to 64.');
      const { readBaseline, applyBaseline, baselineOf } = await import('../../scan/baseline.ts');
      const { scanFiles } = await import('../../scan/scan-pool.ts');
      const { failed } = await import('../../scan/scan-file.ts');
      const { walkPaths } = await import('../../scan/walk-paths.ts');
      const baseline: Baseline =
        options.baseline === undefined
          ? { accepted: [] }
          : await readBaseline(resolve(io.cwd, options.baseline), options.baseline);
      if (paths.length === 0 && options.agents !== true) {
        throw new Fault('ERR_USAGE', 'Nothing to look at.', { hint: 'Name files or folders, or use --agents.' });
      }
      if (options.probe === true && !paths.some(isAddress)) throw new Fault('ERR_USAGE', '--probe needs an address.');
      if (options.home !== undefined && options.agents !== true) throw new Fault('ERR_USAGE', '--home needs --agents.');
      const today = new Date().toISOString().slice(0, 10);
      const lock =
        options.lock === undefined
          ? null
          : await (
              await import('../../scan/agents/agent-lock.ts')
            ).readAgentLock(resolve(io.cwd, options.lock), options.lock);
      const book = await advisoryBook(options.advisories, io);
      const stdin = paths.includes('-') ? await spoolStdin(io) : null;
      const raw: FileResult[] = [];
      const places = new Map<string, string>();
      /** Name of a link → what reports show, and back. */
      const linkNames = new Map<string, string>();
      const plain = new Map<string, string>();
      const expired: AcceptedFinding[] = [];
      const accepted: AcceptedFinding[] = [];
      const links: string[] = [];
      const unanswered = new Map<string, string>();
      const digests = new ScanDigests();
      const progress = new ScanProgress(io);
      const client = paths.some(isAddress)
        ? new (await import('../remote/http-client.ts')).RemoteClient({
            allowPrivate: options.allowPrivateAddresses === true,
            signal: io.signal,
            ...(options.probe === true ? { follow: false, timeout: 5000, anyCertificate: true } : {}),
          })
        : null;
      try {
        const tasks = async function* (): AsyncGenerator<ScanTask> {
          if (stdin !== null) yield { path: stdin.path, shown: '-' };
          const named = paths.filter((path) => path !== '-' && !isAddress(path));
          const onLink = (path: string): void => void links.push(path);
          const onUnread = (path: string, target: string, reason: string): void => {
            const gaps = [{ reason, where: { member: null, offset: null } }];
            const file = nameOfLink(path, target);
            plain.set(file, path);
            raw.push({ file, verdict: 'incomplete', formats: [], findings: [], gaps, size: 0 });
          };
          const onUnlisted = (folder: string, reason: string): void => void raw.push(failed(folder, reason));
          const onOther = (file: string): void => {
            const gaps = [{ reason: 'it is neither a file nor a folder', where: { member: null, offset: null } }];
            raw.push({ file, verdict: 'incomplete', formats: [], findings: [], gaps, size: 0 });
          };
          const onUnanswered = (file: string, reason: string): void => {
            unanswered.set(file, reason);
            io.err(`warning: ${file}: ${reason}`);
          };
          const walk = { exclude: options.exclude, all: options.all === true, onLink, onUnlisted };
          const follow = { ...walk, onOther, links: { everywhere: options.follow === true, onUnread } };
          const found =
            options.agents === true
              ? await agentTasks(named, options.home, walk, io)
              : walkPaths(named, io.cwd, follow);
          for await (const task of found) {
            if (task.link !== undefined) {
              const name = nameOfLink(task.shown, task.link);
              linkNames.set(task.shown, name);
              plain.set(name, task.shown);
            }
            places.set(linkNames.get(task.shown) ?? task.shown, task.path);
            if (options.digests === true) digests.begin(linkNames.get(task.shown) ?? task.shown, task.path);
            yield task;
          }
          if (client !== null && options.probe !== true)
            yield* remoteTasks(client, paths.filter(isAddress), onUnanswered);
        };
        if (client !== null && options.probe === true) {
          const { probeEndpoint } = await import('../remote/probe-endpoint.ts');
          const { shown } = await import('../remote/http-client.ts');
          for (const address of paths.filter(isAddress)) {
            const url = URL.parse(address);
            if (url === null) throw new Fault('ERR_USAGE', 'This is no address.', { where: address });
            try {
              raw.push(await probeEndpoint(client, url, io.err));
            } catch (error) {
              // One of many is a row of the report; the only one is what was asked for.
              if (paths.length === 1 || !isFault(error) || error.code === 'ERR_USAGE') throw error;
              raw.push({
                file: shown(url),
                verdict: 'error',
                formats: ['endpoint'],
                findings: [],
                gaps: [],
                size: 0,
                error: error.message,
              });
            }
          }
        }
        for await (const result of scanFiles(tasks(), { threads, signal: io.signal })) {
          const name = linkNames.get(result.file);
          const reason = unanswered.get(result.file);
          raw.push({
            ...result,
            ...(name === undefined ? {} : { file: name }),
            ...(reason === undefined ? {} : { error: endOfSentence(reason) }),
          });
          progress.step(raw.length, result);
        }
      } finally {
        progress.end();
        await stdin?.remove();
        await client?.close();
      }
      if (io.signal.aborted) throw new Fault('ERR_USAGE', 'Interrupted: not all files were looked at.');
      const results: FileResult[] = [];
      const judged = applyLicencePolicy(await compared(raw, lock, options, book, today, io), licencePolicy);
      for (const result of judged) {
        const outcome = applyBaseline(result, baseline, today, io.cwd);
        results.push(await digests.end(outcome.result));
        accepted.push(...outcome.accepted);
        expired.push(...outcome.expired);
      }
      if (options.writeBaseline !== undefined) {
        const expires = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
        const path = resolve(io.cwd, options.writeBaseline);
        const isFile = await stat(path).then(
          (there) => there.isFile(),
          () => false,
        );
        const before = isFile ? await readFile(path, 'utf8') : '';
        await writeWholeFile(path, baselineOf(judged, expires, io.cwd, before), options.writeBaseline);
      }
      // What SARIF names is opened by who reads it: the link, and not what is said of it.
      const opened = (result: FileResult): FileResult => ({ ...result, file: plain.get(result.file) ?? result.file });
      const text = await renderScan(format === 'sarif' ? results.map(opened) : results, format, failOn, places);
      if (options.output !== undefined) await writeWholeFile(resolve(io.cwd, options.output), text, options.output);
      else if (text !== '') io.out(text.replace(/\n$/, ''));
      if (results.length === 0) io.err('warning: there was no file to look at');
      if (links.length > 0) {
        io.err(
          options.agents === true
            ? `note: ${links.length} symbolic links were not followed`
            : `note: ${links.length} symbolic links lead to what is looked at elsewhere`,
        );
      }
      if (accepted.length > 0) io.err(`note: accepted in ${options.baseline}: ${count(accepted.length, 'finding')}`);
      const used = new Set([...accepted, ...expired]);
      for (const one of baseline.accepted.filter((entry) => !used.has(entry)))
        io.err(`note: nothing of what was looked at is the accepted ${one.rule} in ${one.file}`);
      for (const one of expired)
        io.err(`warning: the acceptance of ${one.rule} in ${one.file} expired on ${one.expires}`);
      io.exitCode = exitCode(results, failOn);
    });
};

/** Files of agents below the home folder, below projects (the working folder, where none is named), and for the machine. */
async function agentTasks(
  projects: readonly string[],
  home: string | undefined,
  options: WalkOptions,
  io: Io,
): Promise<AsyncGenerator<ScanTask>> {
  const { discoverAgents } = await import('../../scan/agents/discover-agents.ts');
  const own = io.env['HOME'] ?? io.env['USERPROFILE'] ?? null;
  const folder = home === 'none' ? null : home === undefined ? own : resolve(io.cwd, home);
  const named = (projects.length === 0 ? ['.'] : projects).map((shown) => ({ path: resolve(io.cwd, shown), shown }));
  for (const { path, shown } of [
    ...named,
    ...(home === undefined || folder === null ? [] : [{ path: folder, shown: home }]),
  ]) {
    const there = await stat(path).catch(() => null);
    if (there?.isDirectory() !== true) throw new Fault('ERR_USAGE', 'There is no such folder.', { where: shown });
  }
  return discoverAgents({ home: folder, projects: named, machine: home === undefined, options });
}

/** Results with what only shows between files, and between now and the lock. */
async function compared(
  results: readonly FileResult[],
  lock: AgentLock | null,
  options: ScanCommandOptions,
  book: AdvisoryBook | null,
  today: string,
  io: Io,
): Promise<readonly FileResult[]> {
  const { compareWithLock, definitionsOf, lockOf } = await import('../../scan/agents/agent-lock.ts');
  const { compareDefinitions } = await import('../../scan/agents/compare-definitions.ts');
  const { joinSkillFiles } = await import('../../scan/agents/join-skill-files.ts');
  const { addFindings } = await import('../../scan/agents/add-findings.ts');
  const found = definitionsOf(results);
  if (options.writeLock !== undefined) {
    const text = `${JSON.stringify(lockOf(found, lock, today), null, 2)}\n`;
    await writeWholeFile(resolve(io.cwd, options.writeLock), text, options.writeLock);
    io.err(`note: ${found.length} definitions are locked in ${options.writeLock}`);
  }
  const drifts = lock === null ? [] : compareWithLock(found, lock);
  const together = addFindings(results, [...joinSkillFiles(results), ...compareDefinitions(found), ...drifts]);
  if (book === null) return together;
  return (await import('../../scan/advisories/apply-advisories.ts')).applyAdvisories(together, book);
}

/** Advisories that the user has, and how new they are; null without any. */
async function advisoryBook(paths: readonly string[], io: Io): Promise<AdvisoryBook | null> {
  if (paths.length === 0) return null;
  const { readAdvisories } = await import('../../scan/advisories/read-advisories.ts');
  const { AdvisoryBook } = await import('../../scan/advisories/advisory-book.ts');
  const all = [];
  for (const path of paths) {
    const read = await readAdvisories(resolve(io.cwd, path), path);
    const { advisories, records, newest, unclear, withdrawn, others, otherCount } = read;
    for (const one of advisories) all.push(one);
    io.err(`note: ${records} advisories in ${path}, the newest of ${newest ?? 'an unknown day'}`);
    if (withdrawn > 0) io.err(`note: ${withdrawn} of them are withdrawn and left out`);
    if (unclear > 0)
      io.err(`warning: ${unclear} packages in ${path} have ranges that cannot be compared; a file that names one of them is not wholly looked at`); // prettier-ignore
    if (otherCount > 0) {
      const more = otherCount > others.length ? ` and ${otherCount - others.length} more` : '';
      io.err(`warning: no advisories in the format of OSV: ${others.join(', ')}${more}`);
    }
  }
  return new AdvisoryBook(all);
}

/** `The server sends nothing.` → `the server sends nothing`, which reports put after a colon. */
function endOfSentence(text: string): string {
  return (text[0] ?? '').toLowerCase() + text.slice(1).replace(/\.$/, '');
}

function nameOfLink(link: string, target: string): string {
  return `${link} → ${target}`;
}

function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

function exitCode(results: readonly FileResult[], failOn: Severity): number {
  if (results.some(({ findings }) => findings.some((finding) => isAtLeast(finding.severity, failOn)))) return 1;
  if (results.some(({ verdict }) => verdict === 'error')) return 2;
  return results.some(({ gaps }) => gaps.length > 0) ? 3 : 0;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function oneOf<const T extends string>(option: string, given: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(given)) return given as T;
  throw new Fault('ERR_USAGE', `There is no "${given}" for ${option}; choose one of ${allowed.join(', ')}.`);
}
