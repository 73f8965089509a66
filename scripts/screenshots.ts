/**
 * Takes the pictures of the console that the README shows: `node scripts/screenshots.ts [directory]`.
 * What they show is made up (`test/console/seed-exchanges.ts`); the console, the store and the ledger are real.
 * `--all` also takes dark and narrow ones, for looking at.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { chromiumPath, NO_CHROMIUM, openBrowser } from '../test/console/chromium.ts';
import { SAMPLE_CONFIG } from '../test/console/sample-config.ts';
import { seedBlocked, seedExchanges } from '../test/console/seed-exchanges.ts';
import { ADMIN, startConsole } from '../test/console/start-console.ts';
import type { TestConsole } from '../test/console/start-console.ts';

const HOUR = 3_600_000;

const { values, positionals } = parseArgs({ options: { all: { type: 'boolean' } }, allowPositionals: true });
const directory = positionals[0] ?? join(import.meta.dirname, '../docs/images');
const browserPath = chromiumPath();
if (browserPath === null) throw new Error(NO_CHROMIUM);
await mkdir(directory, { recursive: true });

const console_ = await startConsole(SAMPLE_CONFIG);
try {
  const blocked = await seed(console_);
  const pages: readonly (readonly [string, string])[] = [
    ['overview', '/?range=6h'],
    ['traffic', '/traffic'],
    ['exchange', `/traffic/${blocked}`],
    ['principals', '/principals'],
    ['keys', '/keys'],
    ['rules', '/rules'],
    ['config', '/config'],
    ['ledger', '/ledger'],
  ];
  const views = [
    { suffix: '', width: 1440, height: 900, colorScheme: 'light' as const },
    ...(values.all
      ? [
          { suffix: '-dark', width: 1440, height: 900, colorScheme: 'dark' as const },
          { suffix: '-narrow', width: 400, height: 860, colorScheme: 'light' as const },
        ]
      : []),
  ];
  for (const { suffix, ...view } of views) {
    const browser = await openBrowser(browserPath, view);
    const page = browser.context.pages()[0] ?? (await browser.context.newPage());
    await page.goto(console_.url);
    await page.getByLabel('Password').waitFor();
    if (values.all) await page.screenshot({ path: join(directory, `sign-in${suffix}.png`) });
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const [name, path] of pages) {
      await page.goto(console_.url + path);
      await settled(page);
      await page.screenshot({ path: join(directory, `${name}${suffix}.png`) });
      if (values.all) await page.screenshot({ path: join(directory, `${name}${suffix}-full.png`), fullPage: true });
    }
    await browser.close();
  }
} finally {
  await console_.close();
}

async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  // Two frames: charts draw in the one after their data came.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** @returns the id of the exchange whose page is shown. */
async function seed({ gateway, record }: TestConsole): Promise<string> {
  const { runtime } = gateway.running;
  const config = runtime.generation.loaded.hash;
  const now = Date.now();
  await record(seedExchanges({ count: 5200, from: now - 24 * HOUR, to: now - 20_000, config }));
  const shown = seedBlocked(now - 9000, config);
  await record([shown]);

  const { keys } = runtime;
  const note = (text: string, team: string) => ({ note: text, team });
  await keys.create({ principal: 'support-bot', ...note('production, eu-central', 'customer-care') });
  await keys.create({ principal: 'claims-triage', ...note('worker pool', 'operations'), expiresAt: now + 2100 * HOUR });
  const { row } = await keys.create({
    principal: 'carol',
    ...note('laptop', 'engineering'),
    expiresAt: now + 700 * HOUR,
  });
  await keys.rotate(row.id, { grace: 24 * HOUR });
  await keys.create({ principal: 'search-index', ...note('nightly job', 'platform') });
  const old = await keys.create({ principal: 'night-evals', ...note('lost laptop', 'platform') });
  await keys.revoke(old.row.id);
  for (const principal of ['support-bot', 'support-bot', 'carol']) runtime.live.began(principal);
  await runtime.generation.budgets.reserve(
    { id: 'carol', kind: 'key', team: 'engineering', claims: {} },
    { requests: 1, tokens: 60_000, microUsd: 900_000 },
  );
  return shown.exchange.id;
}
