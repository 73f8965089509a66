import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { Fault, isFault } from '../../core/fault.ts';
import type { Runtime } from '../runtime.ts';
import type { AdminAudit } from './admin-audit.ts';
import { addressOf } from './admin-context.ts';
import type { AdminContext, AdminEnv } from './admin-context.ts';
import type { AdminDoor, OpenedSession } from './admin-door.ts';
import type { SessionState } from './api.ts';
import { readJsonObject, readText } from './read-json.ts';
import { clearSessionCookie, isHttps, readSessionCookie, setSessionCookie } from './session-cookie.ts';

const OIDC_COOKIE = 'parapet_oidc';
const OIDC_PATH = '/api/oidc';
const OIDC_SECONDS = 600;

/** `/api/session` (who am I, sign in, sign out) and `/api/oidc/*`: the only routes below `/api` that need no session. */
export function signInRoutes(runtime: Runtime, door: AdminDoor, audit: AdminAudit): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();

  const state = (admin: SessionState['admin']): SessionState => ({
    admin,
    oidc: door.oidc !== null,
    version: runtime.version,
  });

  const open = async (c: AdminContext, { token, admin }: OpenedSession) => {
    try {
      await audit.record(admin.name, addressOf(c), 'sign-in', admin.method);
    } catch (error) {
      // Nobody is let in without a record.
      await door.signOut(token);
      throw error;
    }
    setSessionCookie(c, token, admin.expiresAt);
  };

  app.get('/session', async (c) => {
    const token = readSessionCookie(c);
    return c.json(state(token === null ? null : await door.session(token)));
  });

  app.post('/session', async (c) => {
    const address = addressOf(c);
    const body = await readJsonObject(c);
    const name = readText(body, 'name');
    const password = readText(body, 'password', 1024);
    let session;
    try {
      session = await door.signIn(name, password, address);
    } catch (error) {
      if (isFault(error)) runtime.log.warn({ address, code: error.code }, 'sign-in to the console refused');
      throw error;
    }
    await open(c, session);
    return c.json(state(session.admin));
  });

  app.delete('/session', async (c) => {
    const token = readSessionCookie(c);
    const admin = token === null ? null : await door.session(token);
    if (token !== null && admin !== null) {
      await door.signOut(token);
      await audit.record(admin.name, addressOf(c), 'sign-out', null);
    }
    clearSessionCookie(c);
    return c.json(state(null));
  });

  app.get('/oidc/start', async (c) => {
    if (door.oidc === null) throw noOidc();
    const { url, state: kept } = await door.oidc.start();
    // Lax: the browser comes back from another site, and only then needs it.
    setCookie(c, OIDC_COOKIE, kept, {
      httpOnly: true,
      sameSite: 'Lax',
      secure: isHttps(c),
      path: OIDC_PATH,
      maxAge: OIDC_SECONDS,
    });
    return c.redirect(url, 302);
  });

  app.get('/oidc/callback', async (c) => {
    if (door.oidc === null) throw noOidc();
    const kept = getCookie(c, OIDC_COOKIE);
    deleteCookie(c, OIDC_COOKIE, { path: OIDC_PATH });
    try {
      await open(c, await door.oidc.finish(c.req.url, kept, addressOf(c)));
      return c.redirect('/', 303);
    } catch (error) {
      runtime.log.warn({ err: error }, 'single sign-on refused');
      // The person looks at a page, not at JSON: the sign-in page says what the code means.
      const code = isFault(error) ? error.code : 'ERR_INTERNAL';
      return c.redirect(`/?sign-in=${encodeURIComponent(code)}`, 303);
    }
  });
  return app;
}

function noOidc(): Fault {
  return new Fault('ERR_NOT_FOUND', 'Single sign-on is not configured.', { hint: 'See `admin.oidc`.' });
}
