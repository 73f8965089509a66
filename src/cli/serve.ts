import { resolve } from 'node:path';
import { pino } from 'pino';
import { ensureFirstAdmin } from '../access/admin-identity.ts';
import { loadConfig } from '../config/load.ts';
import { systemClock } from '../core/clock.ts';
import { serveAdmin } from '../gateway/admin/serve-admin.ts';
import type { Runtime } from '../gateway/runtime.ts';
import { startGateway } from '../gateway/start-gateway.ts';
import type { Io } from './command.ts';
import { type RunningDemo, startDemo } from './start-demo.ts';
import { packageVersion } from './version.ts';

/**
 * Runs the gateway until it is told to stop: SIGINT and SIGTERM drain running answers, SIGHUP loads the configuration.
 * @throws Fault when something that is needed cannot be opened.
 */
export async function serve(options: { readonly config: string; readonly watch: boolean }, io: Io): Promise<void> {
  const loaded = await loadConfig(resolve(io.cwd, options.config), io.env, options.config);
  const { config } = loaded;
  const log = pino(
    {
      level: config.log.level,
      base: null,
      redact: { paths: ['*.headers.authorization', '*.headers["x-api-key"]'], remove: true },
    },
    pino.destination(2),
  );
  for (const warning of loaded.warnings) io.err(`warning: ${warning}`);

  const gateway = await startGateway({ loaded, env: io.env, log, version: packageVersion(), watch: options.watch });
  const { runtime } = gateway;
  const closers: (() => Promise<void>)[] = [() => gateway.close()];
  const close = async (): Promise<void> => {
    for (const end of closers.toReversed()) await end();
  };
  try {
    const first = await ensureFirstAdmin(runtime.store, systemClock);
    const demo = config.demo ? await startDemo(runtime, config) : null;
    if (demo !== null) closers.push(() => demo.close());
    const admin = await serveAdmin(runtime, {
      host: config.admin.host,
      port: config.admin.port,
      ...(demo === null ? {} : { mount: (app) => void app.route('/', demo.app) }),
    });
    closers.push(() => admin.close());
    for (const line of greeting(runtime, options.config, admin.url, first, demo)) io.out(line);
  } catch (error) {
    await close();
    throw error;
  }

  const reload = (): void => void runtime.reload();
  process.on('SIGHUP', reload);
  await stopped(io.signal);
  process.off('SIGHUP', reload);
  log.info('stopping: running answers may finish');
  await close();
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}

function greeting(
  runtime: Runtime,
  path: string,
  adminUrl: string,
  first: { readonly name: string; readonly password: string } | null,
  demo: RunningDemo | null,
): string[] {
  const { config } = runtime.generation.loaded;
  const command = (words: string): string =>
    `npx parapet ${words}${path === 'parapet.yaml' ? '' : ` --config ${shellWord(path)}`}`;
  const rows: [string, string][] = [
    ['Gateway', runtime.dataUrl],
    ['Console', config.admin.console ? adminUrl : `${adminUrl} (console off)`],
    ...(demo === null ? [] : [['Demo', `${adminUrl}/demo`] as [string, string]]),
    ['Metrics', `${adminUrl}/metrics`],
    ['State', runtime.stateDirectory],
  ];
  const lines = [`Parapet ${runtime.version}`, '', ...rows.map(([name, value]) => `  ${name.padEnd(9)} ${value}`), ''];
  if (first !== null) {
    lines.push(
      'First start. Sign in to the console with',
      '',
      `  name      ${first.name}`,
      `  password  ${first.password}`,
      '',
    );
    lines.push('It is shown once. A new one:', '', `  ${command('admin password')}`, '');
  } else if (config.admin.console) {
    lines.push(
      'Sign in to the console as at the first start. A new password:',
      '',
      `  ${command('admin password')}`,
      '',
    );
  }
  if (demo !== null) {
    lines.push('Try it, with a key that ends at the next start:', '');
    lines.push(...demo.curl(runtime.dataUrl).map((line) => `  ${line}`), '');
  }
  lines.push('A key for a caller:', '', `  ${command('keys create --principal alice')}`, '');
  return lines;
}

/** The path as a POSIX shell reads it back. */
function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
