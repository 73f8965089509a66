import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { buildConsole } from './build-console.ts';
import { checkPage } from './check-page.ts';
import { chromiumPath, NO_CHROMIUM, openBrowser } from './chromium.ts';
import type { OpenBrowser } from './chromium.ts';
import { SAMPLE_CONFIG } from './sample-config.ts';
import { seedBlocked, seedExchanges, seedServed } from './seed-exchanges.ts';
import { ADMIN, startConsole } from './start-console.ts';
import type { TestConsole } from './start-console.ts';
import { proofTrouble } from './verify-proof.ts';

const browserPath = chromiumPath();

const now = Date.now();
const PAGES = [
  ['/', 'Overview'],
  ['/traffic', 'Traffic'],
  ['/approvals', 'Approvals'],
  ['/principals', 'Principals'],
  ['/keys', 'Keys'],
  ['/rules', 'Rules'],
  ['/config', 'Configuration'],
  ['/ledger', 'Ledger'],
  ['/no/such/page', 'Not found'],
] as const;

describe('the console in a browser', { skip: browserPath === null ? NO_CHROMIUM : false }, () => {
  let built: Awaited<ReturnType<typeof buildConsole>>;
  let served: TestConsole;
  let browser: OpenBrowser;
  let page: Page;
  /** Errors that the page reported, policy violations among them. */
  const complaints: string[] = [];

  before(async () => {
    built = await buildConsole();
    served = await startConsole({
      console: built.directory,
      config: SAMPLE_CONFIG,
      past: (config) => seedExchanges({ count: 300, from: now - 3_000_000, to: now - 1000, config }),
    });
    browser = await openBrowser(browserPath!);
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
    page.setDefaultTimeout(15_000);
    watch(page);
    await page.goto(served.url);
    await signIn(page);
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    await built?.remove();
  });

  function watch(watched: Page): void {
    watched.on('console', (message) => {
      // The one that a browser writes for every request that is refused on purpose.
      if (message.type() === 'error' && !message.text().includes('status of 401')) complaints.push(message.text());
    });
    watched.on('pageerror', (error) => complaints.push(String(error)));
  }

  async function signIn(where: Page): Promise<void> {
    await where.getByLabel('Password').fill(ADMIN.password);
    await where.getByRole('button', { name: 'Sign in' }).click();
    await where.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  }

  async function open(path: string, heading: string): Promise<void> {
    await page.goto(served.url + path);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    const skeletons = page.locator('.skeleton');
    while ((await skeletons.count()) > 0) await skeletons.first().waitFor({ state: 'detached' });
  }

  const noComplaints = () => assert.deepEqual(complaints.splice(0), []);

  test('a wrong password is refused in words, and the right one leads on', async () => {
    const other = await openBrowser(browserPath!);
    const visitor = other.context.pages()[0]!;
    await visitor.goto(`${served.url}/traffic`);
    await visitor.getByLabel('Password').fill('wrong');
    await visitor.keyboard.press('Enter');
    await visitor.getByRole('alert').getByText('The name or the password is wrong.').waitFor();
    await visitor.getByLabel('Password').fill(ADMIN.password);
    await visitor.keyboard.press('Enter');
    await visitor.getByRole('heading', { name: 'Traffic', level: 1 }).waitFor();
    await visitor.getByRole('button', { name: 'Sign out' }).click();
    await visitor.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    assert.deepEqual(await checkPage(visitor), []);
    await other.close();
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`every page loads, ${scheme}, without an error, and can be read`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      const background = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
      assert.equal(background, scheme === 'light' ? 'rgb(245, 246, 248)' : 'rgb(13, 16, 20)');
      const detail = `/traffic/${(await served.record([seedBlocked(Date.now(), 'c')]))[0]!.exchange.id}`;
      for (const [path, heading] of [...PAGES, [detail, 'Exchange'] as const]) {
        await open(path, heading);
        assert.deepEqual(await checkPage(page), [], `${path}, ${scheme}`);
      }
      noComplaints();
      await page.emulateMedia({ colorScheme: null });
    });
  }

  test('nothing is wider than a narrow screen', async (t) => {
    t.after(() => page.setViewportSize({ width: 1440, height: 900 }));
    await page.setViewportSize({ width: 400, height: 800 });
    for (const [path, heading] of PAGES) {
      await open(path, heading);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(width) <= 400, `${path} is ${String(width)} pixels wide`);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByRole('heading', { name: 'Keys', level: 1 }).waitFor();
    noComplaints();
  });

  test('what is wrong with a page would be seen', async () => {
    await open('/', 'Overview');
    await page.evaluate(`
      const main = document.querySelector('main');
      const faint = document.createElement('p');
      faint.textContent = 'too faint';
      faint.style.color = '#bbb';
      faint.style.backgroundColor = '#fff';
      const nameless = document.createElement('button');
      nameless.style.padding = '9px';
      main.append(faint, nameless, document.createElement('h4'), document.createElement('main'));
    `);
    const found = await checkPage(page);
    const hasSeen = (what: string) => found.some((line) => line.startsWith(what));
    for (const what of ['contrast 1.9', 'no name: <button', 'heading skips a level: <h4', 'not exactly one main']) {
      assert.ok(hasSeen(what), `${what} in ${found.join('; ')}`);
    }
    assert.equal(complaints.length, 0);
    await page.evaluate("document.body.setAttribute('style', 'color: red')");
    assert.match(complaints.splice(0).join(), /Content Security Policy/, 'a violation of the policy would be seen');
  });

  test('the colours can be chosen, and the choice stays', async () => {
    await open('/', 'Overview');
    const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await background();
    await page.getByRole('button', { name: 'Dark' }).click();
    const dark = await background();
    assert.notEqual(light, dark);
    await page.reload();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    assert.equal(await background(), dark);
    await page.getByRole('button', { name: 'Like the system' }).click();
    assert.equal(await background(), light);
  });

  test('an exchange appears in the traffic by itself, and waits while paused', async () => {
    await open('/traffic', 'Traffic');
    await page.getByText('Live', { exact: true }).waitFor();
    const [first] = await served.record([seedServed(Date.now(), 'c')]);
    await page.locator(`tr[data-index="${first!.index}"]`).waitFor();
    await page.keyboard.press('p');
    await page.getByText('Paused').waitFor();
    const [second] = await served.record([seedServed(Date.now(), 'c')]);
    await page.getByRole('button', { name: 'Resume (1 new)' }).click();
    await page.locator(`tr[data-index="${second!.index}"]`).waitFor();
    noComplaints();
  });

  test('the traffic is walked, opened and filtered from the keyboard', async () => {
    await open('/traffic', 'Traffic');
    await page.locator('tbody tr').first().waitFor();
    const focused = () => page.evaluate('document.activeElement.closest("tr")?.rowIndex ?? null');
    for (const [key, row] of [
      ['j', 1],
      ['j', 2],
      ['j', 3],
      ['k', 2],
      ['k', 1],
      ['k', 1],
    ] as const) {
      await page.keyboard.press(key);
      assert.equal(await focused(), row);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('carol');
    await page.waitForURL('**/traffic?principal=carol');
    // The rows from before the filter go in their own time, and those it lets through come in theirs.
    const rows = page.locator('tbody tr');
    await rows.filter({ hasNotText: 'carol' }).first().waitFor({ state: 'detached' });
    await rows.filter({ hasText: 'carol' }).first().waitFor();
    const names = await page.locator('tbody tr td:nth-child(3)').allInnerTexts();
    assert.deepEqual([...new Set(names)], ['carol']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Exchange', level: 1 }).waitFor();
    await page.goBack();
    await page.waitForURL('**/traffic?principal=carol');
    noComplaints();
  });

  test('an exchange shows its evidence in the text, or says where it lay', async () => {
    const [kept] = await served.record([seedBlocked(Date.now(), 'c')]);
    await open(`/traffic/${kept!.exchange.id}`, 'Exchange');
    const marks = await page.locator('mark').evaluateAll((all) => all.map((one) => one.firstChild?.textContent));
    assert.deepEqual(marks, ['[GITHUB_TOKEN]', '[AWS_SECRET_KEY]']);

    const bare = seedBlocked(Date.now(), 'c').exchange;
    const [without] = await served.record([{ kept: [], exchange: { ...bare, contentDigest: null } }]);
    await open(`/traffic/${without!.exchange.id}`, 'Exchange');
    await page.getByText('content: redacted').waitFor();
    await page.getByText('56 characters').waitFor();
    noComplaints();
  });

  test('a proof is downloaded from an exchange and holds', async () => {
    const { ledger } = served.gateway.running.runtime;
    const [stored] = await served.record([seedServed(Date.now(), 'c')]);
    await ledger.flush();
    await open(`/traffic/${stored!.exchange.id}`, 'Exchange');
    const download = async (name: string) => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).click(),
      ]);
      return readFile(await file.path());
    };
    const proof = (await download('Proof')).toString();
    const entry = await download('Entry');
    assert.equal(proofTrouble(proof, entry, ledger.verifierKey), null);
    assert.deepEqual(JSON.parse(entry.toString()), stored!.exchange);
    noComplaints();
  });

  test('a key is made, shown once, rotated and revoked', async () => {
    const { keys } = served.gateway.running.runtime;
    await open('/keys', 'Keys');
    await page.getByRole('button', { name: 'Create a key' }).click();
    const dialog = page.getByRole('dialog');
    assert.equal(await page.evaluate('document.activeElement.name'), 'principal');
    await page.keyboard.type('erin');
    await dialog.getByLabel('Team').fill('blue');
    await page.keyboard.press('Enter');
    const secret = await dialog.locator('.secret code').innerText();
    assert.equal((await keys.verify(secret)).status, 'valid');
    await page.keyboard.press('Escape');
    assert.ok(await dialog.isVisible(), 'Escape does not lose what is shown once');
    assert.deepEqual(await checkPage(page), []);
    await dialog.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('row', { name: /erin/ }).waitFor();
    assert.ok(!(await page.content()).includes(secret));

    await page
      .getByRole('row', { name: /erin/ })
      .getByRole('button', { name: /Rotate/ })
      .click();
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    const next = await dialog.locator('.secret code').innerText();
    assert.notEqual(next, secret);
    await dialog.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('row', { name: /erin.*rotated/ }).waitFor();

    await page
      .getByRole('row', { name: /erin.*active/ })
      .getByRole('button', { name: /Revoke/ })
      .click();
    await page.keyboard.press('Escape');
    assert.equal((await keys.verify(next)).status, 'valid', 'Escape keeps the key');
    await page
      .getByRole('row', { name: /erin.*active/ })
      .getByRole('button', { name: /Revoke/ })
      .click();
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByRole('row', { name: /erin.*revoked/ }).waitFor();
    assert.equal((await keys.verify(next)).status, 'revoked');
    noComplaints();
  });

  test('a configuration that cannot be loaded is told on every page', async () => {
    const { configPath } = served.gateway;
    const good = await readFile(configPath, 'utf8');
    await writeFile(configPath, `${good}\nsurprise: true\n`);
    await open('/config', 'Configuration');
    await page.getByRole('button', { name: 'Load the file again' }).click();
    await page.getByRole('alert').getByText('surprise').waitFor();
    await open('/traffic', 'Traffic');
    await page.getByText('The newest configuration could not be loaded.').waitFor();
    assert.deepEqual(await checkPage(page), []);
    await writeFile(configPath, good);
    await open('/config', 'Configuration');
    await page.getByRole('button', { name: 'Load the file again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    noComplaints();
  });

  test('a session that has ended leads back to the sign-in', async () => {
    await open('/principals', 'Principals');
    const session = (await browser.context.cookies()).find((cookie) => cookie.name === 'parapet_session')!;
    assert.ok(session.httpOnly && session.sameSite === 'Strict');
    await browser.context.clearCookies();
    await page.getByRole('link', { name: 'Ledger' }).click();
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor();
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ledger', level: 1 }).waitFor();
    noComplaints();
  });

  test('injected code does not run', async () => {
    const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const exchange = seedServed(Date.now(), 'c').exchange;
    const [stored] = await served.record([
      {
        exchange: { ...exchange, model: hostile, principal: { ...exchange.principal!, id: hostile } },
        kept: [
          {
            stage: 'input',
            segment: hostile,
            role: hostile,
            origin: 'user',
            kind: 'text',
            text: hostile,
            marks: [{ start: 0, end: 9, rule: hostile }],
          },
        ],
      },
    ]);
    for (const path of ['/', '/traffic', '/principals', `/traffic/${stored!.exchange.id}`]) {
      await page.goto(served.url + path);
      await page.getByText('onerror').first().waitFor();
      assert.equal(await page.evaluate('window.hacked'), undefined);
    }
    noComplaints();
  });
});
