import { join } from 'node:path';
import { Hono } from 'hono';
import { systemClock } from '../../core/clock.ts';
import { isFault } from '../../core/fault.ts';
import type { Runtime } from '../runtime.ts';
import { createAdminAudit } from './admin-audit.ts';
import type { AdminEnv } from './admin-context.ts';
import { allowRoutes } from './allow-routes.ts';
import { approvalRoutes } from './approval-routes.ts';
import { createAdminDoor } from './admin-door.ts';
import type { Status } from './api.ts';
import { configRoutes } from './config-routes.ts';
import { createConsoleFiles } from './console-files.ts';
import { csrfGuard } from './csrf-guard.ts';
import { errorResponse, faultResponse, statusOf } from './error-response.ts';
import { exchangeRoutes } from './exchange-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { hostGuard } from './host-guard.ts';
import { keyRoutes } from './key-routes.ts';
import { createLedgerReadToken } from './ledger-read-token.ts';
import { ledgerRoutes } from './ledger-routes.ts';
import { ledgerTiles } from './ledger-tiles.ts';
import { liveRoutes } from './live-routes.ts';
import { notBuiltPage } from './not-built-page.ts';
import { overviewRoutes } from './overview-routes.ts';
import { playgroundRoutes } from './playground-routes.ts';
import { principalRoutes } from './principal-routes.ts';
import { createRecentActivity } from './recent-activity.ts';
import { ruleRoutes } from './rule-routes.ts';
import { securityHeaders } from './security-headers.ts';
import { simulateRoutes } from './simulate-routes.ts';
import { readSessionCookie } from './session-cookie.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { testCaseRoutes } from './test-case-routes.ts';

/** Where `npm run build -w console` leaves the console; the same from `src/` and from the published `dist/`. */
const CONSOLE = join(import.meta.dirname, '../../../console/dist');

/**
 * The admin plane: health and metrics for machines, the API and the pages of the console for people. Routes that the
 * caller adds afterwards (`/demo`) come before the console's pages, which answer what nothing else does.
 */
export function createAdminApp(runtime: Runtime, consoleDirectory = CONSOLE): Hono<AdminEnv> {
  const clock = systemClock;
  const door = createAdminDoor(runtime, clock);
  const { config } = runtime.generation.loaded;
  const audit = createAdminAudit(runtime, clock);
  const activity = createRecentActivity(runtime.store, runtime.live, clock);
  activity.ready.catch((error: unknown) => runtime.log.error({ err: error }, 'recent exchanges could not be read'));
  const readToken = createLedgerReadToken(runtime.stateDirectory);
  const files = createConsoleFiles(consoleDirectory);
  const app = new Hono<AdminEnv>();

  app.onError((error, c) => {
    if (!isFault(error) || statusOf(error) >= 500) {
      runtime.log.error({ err: error, path: c.req.path }, 'an admin request failed');
    }
    return faultResponse(c, error);
  });
  app.use(securityHeaders);
  app.route('/', healthRoutes(runtime));

  const names = new Set([config.admin.host.toLowerCase(), ...config.admin.names]);
  if (config.admin.oidc !== undefined) names.add(new URL(config.admin.oidc.redirectUrl).hostname.toLowerCase());
  app.use(hostGuard(() => names));
  app.use('/api/*', csrfGuard);
  app.route('/api', signInRoutes(runtime, door, audit));

  const needSession = async (c: Parameters<typeof errorResponse>[0]) => {
    const token = readSessionCookie(c);
    const admin = token === null ? null : await door.session(token);
    if (token === null || admin === null) return false;
    c.set('admin', admin);
    c.set('token', token);
    return true;
  };
  const refused = (c: Parameters<typeof errorResponse>[0]) =>
    errorResponse(c, 401, { code: 'ERR_UNAUTHENTICATED', message: 'Sign in first.', hint: null });

  app.use('/api/*', async (c, next) => ((await needSession(c)) ? next() : refused(c)));
  app.use('/ledger/*', async (c, next) => {
    // Pages of the console lie here too; only the two read paths are the ledger's.
    if (!/^\/ledger\/(?:checkpoint$|tile\/)/.test(c.req.path)) return next();
    const bearer = /^Bearer (\S{1,256})$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined && (await readToken.matches(bearer))) return next();
    return (await needSession(c)) ? next() : refused(c);
  });

  app.get('/api/status', async (c) => c.json(await status(runtime)));
  app.route('/api/overview', overviewRoutes(runtime, activity, clock));
  app.route('/api/exchanges', exchangeRoutes(runtime));
  app.route(
    '/api/live',
    liveRoutes(runtime, async (token) => (await door.session(token)) !== null),
  );
  app.route('/api/principals', principalRoutes(runtime, clock));
  app.route('/api/keys', keyRoutes(runtime, audit, clock));
  app.route('/api/config', configRoutes(runtime, audit));
  app.route('/api/rules', ruleRoutes(runtime, activity));
  app.route('/api/allow', allowRoutes(runtime, audit, clock));
  app.route('/api/approvals', approvalRoutes(runtime, audit, clock));
  app.route('/api/playground', playgroundRoutes(runtime, clock));
  app.route('/api/simulate', simulateRoutes(runtime, clock));
  app.route('/api/exchanges', testCaseRoutes(runtime));
  app.route('/api/ledger', ledgerRoutes(runtime, readToken, audit));
  app.route('/ledger', ledgerTiles(runtime));

  // Not a route, so that whatever is mounted after this still comes first.
  app.notFound(async (c) => {
    const { path } = c.req;
    const isPage = (c.req.method === 'GET' || c.req.method === 'HEAD') && !RESERVED.test(path);
    if (isPage && config.admin.console) {
      const file = await files.serve(c, path);
      if (file !== null) return file;
      if (!path.startsWith('/assets/')) return (await files.serve(c, '/index.html')) ?? notBuiltPage(c);
    }
    return errorResponse(c, 404, { code: 'ERR_ROUTE_UNKNOWN', message: 'There is nothing at this path.' });
  });
  return app;
}

/** Paths that the console's pages never answer. */
const RESERVED = /^\/(?:api|demo|metrics|healthz|readyz)(?:\/|$)|^\/ledger\/(?:tile\/|checkpoint$)/;

async function status(runtime: Runtime): Promise<Status> {
  const { ready, checks } = await runtime.readiness();
  return {
    version: runtime.version,
    startedAt: runtime.startedAt,
    now: systemClock(),
    dataUrl: runtime.dataUrl,
    ready,
    checks,
    reloadError: runtime.reloadState.error,
    approvalsWaiting: runtime.approvals.waiting,
    inFlight: [...runtime.live.inFlight.values()].reduce((total, count) => total + count, 0),
  };
}
