import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext } from 'playwright-core';

/** The browser that is there: `PARAPET_TEST_CHROMIUM`, or Debian's. Null when neither is. */
export function chromiumPath(): string | null {
  const paths = [process.env['PARAPET_TEST_CHROMIUM'], '/usr/bin/chromium'];
  return paths.find((path) => path !== undefined && existsSync(path)) ?? null;
}

export const NO_CHROMIUM =
  'Chromium is not installed: set PARAPET_TEST_CHROMIUM to its path, or `apt-get install chromium`';

export interface OpenBrowser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** A browser with a profile of its own that goes away with it. */
export async function openBrowser(
  executablePath: string,
  options: { readonly width?: number; readonly height?: number; readonly colorScheme?: 'light' | 'dark' } = {},
): Promise<OpenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'parapet-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
