import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { createCanaryService } from '../access/canaries.ts';
import { loadPepper } from '../access/pepper.ts';
import { createKeyService } from '../access/virtual-keys.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import { statePaths } from '../config/state-paths.ts';
import { watchConfig } from '../config/watch.ts';
import { systemClock } from '../core/clock.ts';
import { Fault, isFault } from '../core/fault.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import { FileReader } from '../guard/files/file-reader.ts';
import { createLiveFeed } from '../monitor/live-feed.ts';
import { openCounters } from '../store/open-counters.ts';
import { openStore } from '../store/open-store.ts';
import { allowKey } from '../guard/allow-list.ts';
import { ALLOW_REFRESH_MILLIS, AllowBook } from './allow-book.ts';
import { createCallApprovals } from '../approvals/flow-approvals.ts';
import { openApprovals } from '../approvals/open-approvals.ts';
import { buildGeneration } from './build-generation.ts';
import { watchCanaries } from './canary-watch.ts';
import { DetectorResources } from '../resources/detector-resources.ts';
import { EvidenceWriter, recoverEvidence } from './evidence.ts';
import { Gateway } from './gateway.ts';
import { FlowMemory } from './flow/flow-memory.ts';
import { HistorySigner } from './flow/history-signer.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import type { Generation } from './generation.ts';
import { GuardMemory } from './guard-memory.ts';
import { ObjectOwners } from './object-owners.ts';
import { loadVaultKey, Vault } from './vault.ts';
import type { Readiness, ReloadState, Runtime } from './runtime.ts';

/** Between two deletions of what is past its retention. */
const PURGE_MILLIS = 600_000;

export interface StartOptions {
  readonly loaded: LoadedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly version: string;
  /** False: do not watch the configuration file. */
  readonly watch: boolean;
}

export interface RunningGateway {
  readonly runtime: Runtime;
  /** Drains running answers, writes what waits, closes everything. */
  close(): Promise<void>;
}

/**
 * Starts the data plane with everything behind it: state directory, ledger, store, counters, access, guard.
 * @throws Fault when something that is needed cannot be opened; then nothing is left running.
 */
export async function startGateway(options: StartOptions): Promise<RunningGateway> {
  const { loaded, log } = options;
  const { config, directory } = loaded;
  const clock = systemClock;
  const undo: (() => Promise<void> | void)[] = [];
  const unwind = async (): Promise<void> => {
    for (const close of undo.toReversed()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, 'a part did not close cleanly');
      }
    }
  };
  const onError = (message: string, error: unknown): void => log.error({ err: error }, message);

  try {
    const { state: stateDirectory, ledger: ledgerDirectory, storeUrl } = statePaths(loaded);
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
    const ledger = await openLedger({
      directory: ledgerDirectory,
      origin: config.ledger.origin,
      sync: config.ledger.sync,
      syncMillis: config.ledger.syncEvery,
    });
    undo.push(() => ledger.close());
    // Named by its key, so that gateways on one database keep their ledgers apart without being told.
    const store = await openStore(storeUrl, { directory, thread: true, log: ledger.verifierKey });
    undo.push(() => store.close());
    const recovered = await recoverEvidence(ledger, store);
    if (recovered.restored + recovered.interrupted > 0) log.warn(recovered, 'records recovered after an unclean stop');
    const counters = await openCounters(config.counters.url);
    undo.push(() => counters.close());
    const pepper = await loadPepper(stateDirectory);
    const keys = createKeyService({ store, pepper, clock });
    const allowBook = new AllowBook(store, allowKey(pepper), clock);
    await allowBook.refresh();
    const canaries = await watchCanaries(createCanaryService({ store, pepper, clock }), clock, onError);
    undo.push(() => canaries.close());

    const metricsRegistry = new Registry();
    const memory = new GuardMemory(config.guard, clock);
    const metrics = createGatewayMetrics(metricsRegistry, memory);
    const live = createLiveFeed();
    const evidence = new EvidenceWriter({
      ledger,
      store,
      live,
      onError,
      onRecorded: (draft) => metrics.observe(draft),
    });
    undo.push(() => evidence.flush());
    const resources = new DetectorResources({
      canaries: canaries.current,
      onAsked: (model, asked) => metrics.judged(model, asked),
      onClassified: (outcome, millis) => metrics.classified(outcome, millis),
    });
    undo.push(() => resources.close());
    /** What is configured now, also while the first generation is being built. */
    let inForce = loaded;
    const vaultKey = await loadVaultKey(stateDirectory);
    const { queue: approvals, close: closeApprovals } = openApprovals({
      store,
      ledger,
      key: vaultKey,
      clock,
      config: () => inForce.config,
      onError,
    });
    undo.push(closeApprovals);
    const parts = {
      keys,
      counters,
      clock,
      onError,
      resources,
      env: options.env,
      approvals: createCallApprovals(approvals, () => inForce.config.approvals.waitFor),
    };
    let generation: Generation = await buildGeneration(loaded, parts);
    undo.push(() => closeGeneration(generation));
    await generation.budgets.restore(store);
    metrics.configOk.set(1);

    const files = new FileReader();
    undo.push(() => files.close());
    const gateway = new Gateway({
      generation: () => generation,
      evidence,
      owners: new ObjectOwners(store, clock),
      allowBook,
      memory,
      vault: new Vault(store.vault, vaultKey, clock),
      files,
      flowMemory: new FlowMemory(new HistorySigner(pepper)),
      approvals,
      metrics,
      live,
      log,
    });
    const dataUrl = await gateway.listen();
    undo.push(() => gateway.drain(generation.loaded.config.limits.drainFor));

    let reloadState: ReloadState = { attempts: 0, failures: 0, lastAttemptAt: clock(), error: null };
    let reloading: Promise<ReloadState> | null = null;
    const reload = async (): Promise<ReloadState> => {
      const attempts = reloadState.attempts + 1;
      try {
        const next = await loadConfig(loaded.path, options.env);
        refuseRestart(generation.loaded, next);
        if (next.hash !== generation.loaded.hash || reloadState.error !== null || next.watched.length > 0) {
          const old = generation;
          generation = await buildGeneration(next, parts, old.budgets);
          inForce = next;
          await generation.budgets.restore(store);
          memory.resize(next.config.guard);
          gateway.modelCatalogue.keepOnly(generation.upstreams);
          // Requests that began under the old generation still use its connections and models.
          const timer = setTimeout(() => void closeGeneration(old), old.loaded.config.limits.streamFor);
          timer.unref();
          log.info({ config: next.hash }, 'configuration loaded');
        }
        reloadState = { attempts, failures: reloadState.failures, lastAttemptAt: clock(), error: null };
        metrics.configOk.set(1);
        metrics.reloads.inc({ ok: 'true' });
      } catch (error) {
        const message = isFault(error) ? error.line : 'internal error; see the log';
        reloadState = { attempts, failures: reloadState.failures + 1, lastAttemptAt: clock(), error: message };
        metrics.configOk.set(0);
        metrics.reloads.inc({ ok: 'false' });
        log.error({ err: error }, 'the configuration could not be loaded; the last good one stays in force');
      }
      return reloadState;
    };
    const reloadOnce = (): Promise<ReloadState> => (reloading ??= reload().finally(() => (reloading = null)));
    if (options.watch) {
      const watch = watchConfig(loaded, () => {
        // A change during a load is another load: the running one may have read the file before it.
        void (reloading ?? Promise.resolve()).then(reloadOnce).then(() => watch.follow(generation.loaded));
      });
      undo.push(() => watch.close());
    }

    const purge = setInterval(() => {
      store.purge(clock()).catch((error: unknown) => onError('old rows could not be deleted', error));
    }, PURGE_MILLIS);
    purge.unref();
    undo.push(() => clearInterval(purge));

    const refresh = setInterval(() => {
      allowBook.refresh().catch((error: unknown) => onError('the allow-list could not be read again', error));
    }, ALLOW_REFRESH_MILLIS);
    refresh.unref();
    undo.push(() => clearInterval(refresh));

    const check = async (name: string, probe: () => Promise<string>): Promise<Readiness['checks'][number]> => {
      try {
        return { name, ok: true, detail: await probe() };
      } catch (error) {
        return { name, ok: false, detail: isFault(error) ? error.line : 'does not answer' };
      }
    };
    const runtime: Runtime = {
      startedAt: clock(),
      version: options.version,
      store,
      counters,
      keys,
      ledger,
      live,
      allowBook,
      approvals,
      resources: parts.resources,
      metrics: metricsRegistry,
      log,
      dataUrl,
      stateDirectory,
      get generation() {
        return generation;
      },
      get reloadState() {
        return reloadState;
      },
      reload: reloadOnce,
      async readiness() {
        const checks = await Promise.all([
          check('store', async () => {
            await store.ping();
            if (!evidence.healthy) throw new Error('behind');
            return `${store.kind}, ${evidence.waiting} records waiting`;
          }),
          check('counters', async () => {
            await counters.ping();
            return counters.kind;
          }),
          check('ledger', async () => {
            ledger.checkpoint();
            return `${ledger.size} entries`;
          }),
          check('drain', () =>
            gateway.draining ? Promise.reject(new Error('draining')) : Promise.resolve('accepting requests'),
          ),
        ]);
        const { error } = reloadState;
        // A bad new file does not make a running gateway unready: it says so, and serves with the last good one.
        const config = {
          name: 'config',
          ok: true,
          detail: error === null ? generation.loaded.hash : `last good ${generation.loaded.hash}; not loaded: ${error}`,
        };
        return { ready: checks.every(({ ok }) => ok), checks: [...checks, config] };
      },
    };
    return { runtime, close: unwind };
  } catch (error) {
    await unwind();
    throw error;
  }
}

async function closeGeneration(generation: Generation): Promise<void> {
  await Promise.all([generation.lease.release(), ...generation.upstreams.map((upstream) => upstream.close())]);
}

/** Parts that were opened at the start cannot be swapped under running requests. */
const FIXED = ['listen', 'admin', 'state', 'store', 'counters', 'ledger', 'demo'] as const;

function refuseRestart(running: LoadedConfig, next: LoadedConfig): void {
  const changed = FIXED.filter((key) => JSON.stringify(running.config[key]) !== JSON.stringify(next.config[key]));
  if (changed.length === 0) return;
  throw new Fault('ERR_CONFIG', `Changes of ${changed.join(', ')} take effect at the next start only.`, {
    where: running.path,
    hint: 'Restart the gateway, or take the change back.',
  });
}
