import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';

/** With `Secure`, the `__Host-` prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2). */
const PLAIN = 'parapet_session';
const SECURE = '__Host-parapet_session';

/** Whether the browser speaks https to us or to the proxy before us. A client that lies only hurts its own cookie. */
export function isHttps(c: Context): boolean {
  return new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';
}

export function readSessionCookie(c: Context): string | null {
  return getCookie(c, isHttps(c) ? SECURE : PLAIN) ?? null;
}

export function setSessionCookie(c: Context, token: string, expiresAt: number): void {
  const secure = isHttps(c);
  setCookie(c, secure ? SECURE : PLAIN, token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    path: '/',
    expires: new Date(expiresAt),
  });
}

export function clearSessionCookie(c: Context): void {
  const secure = isHttps(c);
  deleteCookie(c, secure ? SECURE : PLAIN, { path: '/', secure });
}
