import { readFileSync } from 'node:fs';
import { Fault } from '../core/fault.ts';

/** The version in package.json, which stands two levels above this file in the sources and one above `dist`. */
export function packageVersion(): string {
  for (const place of ['../../package.json', '../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'));
      const { name, version } = manifest as { readonly name?: unknown; readonly version?: unknown };
      if (name === 'parapet' && typeof version === 'string') return version;
    } catch {
      // Not there: the next place.
    }
  }
  throw new Fault('ERR_INTERNAL', 'package.json is missing from the installation', { hint: 'Install Parapet again.' });
}
