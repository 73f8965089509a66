import type { MiddlewareHandler } from 'hono';
import { errorResponse } from './error-response.ts';

/** What the console sends with every change. A form or a plain cross-origin request cannot set it without a preflight. */
export const CONSOLE_HEADER = 'x-parapet-console';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A request that changes something must come from the console's own pages: `Sec-Fetch-Site` says so where the
 * browser sends it (W3C Fetch Metadata), else `Origin` names this host; and the console's own header is there.
 */
export const csrfGuard: MiddlewareHandler = async (c, next) => {
  if (SAFE.has(c.req.method)) return next();
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const sameSite = site === undefined || site === 'same-origin';
  const sameOrigin = origin === undefined || originHost(origin) === c.req.header('host');
  if (sameSite && sameOrigin && c.req.header(CONSOLE_HEADER) === '1') return next();
  return errorResponse(c, 403, {
    code: 'ERR_CROSS_SITE',
    message: 'This change did not come from the console.',
    hint: `Scripts send the header \`${CONSOLE_HEADER}: 1\` and no foreign Origin.`,
  });
};

function originHost(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
