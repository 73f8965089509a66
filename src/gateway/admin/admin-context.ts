import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { SignedIn } from './api.ts';

/** What handlers behind the sign-in find in their context. */
export interface AdminEnv {
  Bindings: HttpBindings;
  Variables: {
    admin: SignedIn;
    /** The session's token as the cookie holds it. */
    token: string;
  };
}

export type AdminContext = Context<AdminEnv>;

/** Address of the peer: what throttling counts and records name. `unknown` when the app runs without a socket. */
export function addressOf(c: Context<AdminEnv>): string {
  const incoming = (c.env as Partial<HttpBindings> | undefined)?.incoming;
  return incoming?.socket.remoteAddress ?? 'unknown';
}
