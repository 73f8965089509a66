import { closeSession, openSession, readSession, signIn } from '../../access/admin-identity.ts';
import { createAuthThrottle } from '../../access/auth-throttle.ts';
import { createOidcSignIn } from '../../access/oidc-sign-in.ts';
import type { Clock } from '../../core/clock.ts';
import type { Runtime } from '../runtime.ts';
import type { SignedIn } from './api.ts';

export interface OpenedSession {
  /** What the cookie holds. */
  readonly token: string;
  readonly admin: SignedIn;
}

/** How administrators come in. */
export interface AdminDoor {
  /** @throws Fault `ERR_UNAUTHENTICATED`, `ERR_AUTH_THROTTLED`, `ERR_OVERLOADED`, `ERR_STORE`. */
  signIn(name: string, password: string, address: string): Promise<OpenedSession>;
  /** Who holds this token; null when nobody does (any more). */
  session(token: string): Promise<SignedIn | null>;
  signOut(token: string): Promise<void>;
  /** Null when single sign-on is not configured. */
  readonly oidc: AdminOidc | null;
}

export interface AdminOidc {
  /** Where to send the browser, and what to keep for it in a cookie until it comes back. */
  start(): Promise<{ readonly url: string; readonly state: string }>;
  /** @throws Fault as `OidcSignIn.finish` and `AuthThrottle.admit`. */
  finish(callback: string, state: string | undefined, address: string): Promise<OpenedSession>;
}

const THROTTLE = { failures: 5, window: 60_000, block: 60_000 } as const;

export function createAdminDoor(runtime: Runtime, clock: Clock): AdminDoor {
  const { store } = runtime;
  const { sessionFor, oidc } = runtime.generation.loaded.config.admin;
  const throttle = createAuthThrottle(THROTTLE, clock);
  const provider = oidc === undefined ? null : createOidcSignIn(oidc, clock);

  const open = async (name: string): Promise<OpenedSession> => {
    const { token, expiresAt } = await openSession(store, clock, name, sessionFor);
    return { token, admin: { name, method: methodOf(name), expiresAt } };
  };

  /** A session outlives a restart; whoever was taken off the list, or deleted, is out all the same. */
  const mayStill = async (name: string): Promise<boolean> => {
    if (methodOf(name) === 'password') return (await store.admin(name)) !== null;
    const subject = name.startsWith('sub:') ? name.slice(4) : name;
    return oidc?.allow.some((entry) => entry === subject || entry.toLowerCase() === subject) ?? false;
  };

  return {
    async signIn(name, password, address) {
      const admin = await signIn({ store, throttle }, { name, password, address });
      return open(admin.name);
    },
    async session(token) {
      const row = await readSession(store, clock, token);
      if (row === null || !(await mayStill(row.admin))) return null;
      return { name: row.admin, method: methodOf(row.admin), expiresAt: row.expiresAt };
    },
    signOut: (token) => closeSession(store, token),
    oidc:
      provider === null
        ? null
        : {
            start: () => provider.start(),
            async finish(callback, state, address) {
              throttle.admit(address);
              try {
                const { name } = await provider.finish(callback, state ?? '');
                return await open(name);
              } catch (error) {
                throttle.failed(address);
                throw error;
              }
            },
          },
  };
}

/** Names from an OpenID provider are an e-mail address or `sub:…`; a local administrator's is neither. */
function methodOf(name: string): SignedIn['method'] {
  return name.includes('@') || name.startsWith('sub:') ? 'oidc' : 'password';
}
