import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { errorResponse } from './error-response.ts';

/**
 * Stops DNS rebinding: a page on the web can point its own name at 127.0.0.1 and then speak to the console
 * "from the same origin", but it cannot choose what the Host header says. Addresses, loopback names and the
 * configured names are served; any other name is refused.
 */
export function hostGuard(names: () => ReadonlySet<string>): MiddlewareHandler {
  return async (c, next) => {
    const host = hostName(c.req.header('host'));
    if (host === null || !(isLoopbackName(host) || isIP(host) !== 0 || names().has(host))) {
      return errorResponse(c, 421, {
        code: 'ERR_HOST',
        message: 'The console is not served under this host name.',
        hint: 'Add the name to `admin.names` in the configuration, or open the console by its address.',
      });
    }
    await next();
    return undefined;
  };
}

/** The name in a Host header, lower case, without port and brackets; null when there is none or it is malformed. */
export function hostName(header: string | undefined): string | null {
  if (header === undefined) return null;
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  const name = match?.[1] ?? match?.[2];
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '');
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}
