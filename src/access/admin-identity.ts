import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { SessionRow, Store } from '../store/store.ts';
import { hashPassword, verifyPassword } from './admin-password.ts';
import type { AuthThrottle } from './auth-throttle.ts';

export const FIRST_ADMIN = 'admin';

/** A session's token: given to the browser once; the store knows only its hash. */
export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: number;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Without `@` and `:`, which every name from an OpenID provider has. */
const LOCAL_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/**
 * Creates the local administrator when there is none, with a random password (160 bits) that is returned once
 * for printing. Null when there is one already, also when another process made it at the same moment.
 */
export async function ensureFirstAdmin(
  store: Pick<Store, 'admins' | 'admin' | 'putAdmin'>,
  clock: Clock,
): Promise<{ readonly name: string; readonly password: string } | null> {
  if ((await store.admins()).length > 0) return null;
  const password = randomPassword();
  const passwordHash = await hashPassword(password);
  if ((await store.admins()).length > 0) return null;
  await store.putAdmin({ name: FIRST_ADMIN, passwordHash, createdAt: clock() });
  // A password that another process has just overwritten must not be printed as if it worked.
  const stored = await store.admin(FIRST_ADMIN);
  return stored?.passwordHash === passwordHash ? { name: FIRST_ADMIN, password } : null;
}

/**
 * Gives a local administrator a new random password (160 bits), returned once, and ends the sessions opened with the
 * old one. Makes the administrator when there is none of this name.
 * @throws Fault `ERR_USAGE` when the name could be that of an OpenID account.
 */
export async function setRandomPassword(store: Pick<Store, 'putAdmin'>, clock: Clock, name: string): Promise<string> {
  if (!LOCAL_NAME.test(name)) {
    throw new Fault(
      'ERR_USAGE',
      'The name of an administrator is 1 to 64 lower-case letters, digits, dots or dashes.',
      {
        where: name.slice(0, 64),
      },
    );
  }
  const password = randomPassword();
  await store.putAdmin({ name, passwordHash: await hashPassword(password), createdAt: clock() });
  return password;
}

/**
 * Checks a local administrator's password. A wrong name costs as much time as a wrong password and reads the same.
 * @throws Fault `ERR_UNAUTHENTICATED`, `ERR_AUTH_THROTTLED`, `ERR_OVERLOADED`, `ERR_STORE`.
 */
export async function signIn(
  parts: { readonly store: Pick<Store, 'admin'>; readonly throttle: AuthThrottle },
  ask: { readonly name: string; readonly password: string; readonly address: string },
): Promise<{ readonly name: string }> {
  parts.throttle.admit(ask.address);
  const row = ask.name.length <= 64 ? await parts.store.admin(ask.name) : null;
  const good = await verifyPassword(ask.password, row?.passwordHash ?? null);
  if (good && row !== null) return { name: row.name };
  parts.throttle.failed(ask.address);
  throw new Fault('ERR_UNAUTHENTICATED', 'The name or the password is wrong.');
}

/** Opens a session for `sessionFor` milliseconds. */
export async function openSession(
  store: Pick<Store, 'putSession'>,
  clock: Clock,
  admin: string,
  sessionFor: number,
): Promise<OpenedSession> {
  const token = randomBytes(32).toString('base64url');
  const createdAt = clock();
  const expiresAt = createdAt + sessionFor;
  await store.putSession({ id: sessionId(token), admin, createdAt, expiresAt });
  return { token, expiresAt };
}

/**
 * The session of a token; null when there is none, it has ended, or its local administrator is gone or has got a new
 * password since.
 */
export async function readSession(
  store: Pick<Store, 'session' | 'admin'>,
  clock: Clock,
  token: string,
): Promise<SessionRow | null> {
  if (!TOKEN.test(token)) return null;
  const session = await store.session(sessionId(token));
  if (session === null || session.expiresAt <= clock()) return null;
  if (!LOCAL_NAME.test(session.admin)) return session;
  const admin = await store.admin(session.admin);
  return admin === null || session.createdAt < admin.createdAt ? null : session;
}

/** Ends a session; one that does not exist is ended already. */
export async function closeSession(store: Pick<Store, 'deleteSession'>, token: string): Promise<void> {
  if (TOKEN.test(token)) await store.deleteSession(sessionId(token));
}

/** The token has 256 bits of its own, so a plain hash tells nothing about it; looking it up by hash leaks no timing. */
function sessionId(token: string): string {
  return hash('sha256', token, 'hex');
}

function randomPassword(): string {
  return randomBytes(20).toString('base64url');
}
