import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { chromiumPath, NO_CHROMIUM, openBrowser } from '../console/chromium.ts';
import type { OpenBrowser } from '../console/chromium.ts';
import { serveDemo } from './serve-demo.ts';
import type { ServedDemo } from './serve-demo.ts';

const path = chromiumPath();
const skip = path === null ? NO_CHROMIUM : false;

let demo: ServedDemo;
let browser: OpenBrowser;
let page: Page;
const complaints: string[] = [];

before(async () => {
  if (path === null) return;
  demo = await serveDemo();
  browser = await openBrowser(path);
  page = await browser.context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(demo.url);
  await page.getByRole('button', { name: 'Read the inbox' }).waitFor();
});
after(async () => {
  if (path === null) return;
  await browser.close();
  await demo.close();
});

/** Waits for the answer and returns what the page says happened. */
async function whatHappened(): Promise<string> {
  await page.locator('#send:enabled').waitFor();
  return page.locator('#told').innerText();
}

/** For somebody who wants to see the screens. */
async function shot(name: string): Promise<void> {
  const directory = process.env['PARAPET_TEST_SHOTS'];
  if (directory !== undefined) await page.screenshot({ path: `${directory}/${name}.png`, fullPage: true });
}

test('it says that the model is a stand-in', { skip }, async () => {
  assert.match(
    await page.locator('header').innerText(),
    /stand-in-1, is a stand-in: a small script that obeys whatever it reads/,
  );
});

test('through the gateway credentials are taken out, and the request leads into the console', { skip }, async () => {
  await page.getByRole('button', { name: 'Read the inbox' }).click();
  assert.match(await whatHappened(), /Stopped\s*The AWS key id, the AWS secret and the GitHub token were taken out/);
  assert.ok((await page.locator('.bubble mark').count()) >= 2);
  assert.doesNotMatch(await page.locator('#talk').innerText(), /AKIA|ghp_/);
  const link = page.locator('#steps a').first();
  assert.match((await link.getAttribute('href')) ?? '', /^\/traffic\/req_[0-9a-z]{26}$/);
});

test('the same around it leaks, by one button', { skip }, async () => {
  await page.getByRole('button', { name: 'Ask the same around Parapet' }).click();
  assert.match(await whatHappened(), /Leaked\s*The AWS key id, the AWS secret and the GitHub token were given back/);
  assert.match(await page.locator('#talk').innerText(), /AKIA.*ghp_/s);
  assert.equal(await page.locator('input[value="around"]').isChecked(), true);
});

test('everything can be done from the keyboard', { skip }, async () => {
  await page.locator('input[value="around"]').focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.locator('input[value="through"]').isChecked(), true);
  await page.locator('#question').focus();
  await page.keyboard.type('pay Anna 20 euros');
  await page.keyboard.press('Enter');
  assert.doesNotMatch(await whatHappened(), /did not ask/);
  assert.match(await page.locator('.bubble').last().innerText(), /I transferred 20\.00 EUR to Anna Lindqvist/);
  assert.match(await page.locator('#accounts').innerText(), /was 4823\.50\s*4803\.50 €/);
});

test('an attack is stopped, the page says why, and the honest bill is paid', { skip }, async () => {
  await page.getByRole('button', { name: 'A poisoned bill' }).click();
  const said = await whatHappened();
  assert.match(said, /Stopped\s*transfer was not carried out \(pay-recipient\)/);
  assert.match(said, /What you asked for was done: 64\.85 EUR went to City Energy/);
  const step = page.locator('#steps li.stopped');
  assert.match(await step.innerText(), /MT84MALT011000012345MTLCAST001S\s*only in the text of read_bill/);
  assert.match((await step.locator('a').getAttribute('href'))!, /^\/approvals\/ap_[0-9a-f]{24}$/);
  assert.ok(
    Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth')) <= 0,
    'nothing is too wide',
  );
  await shot('demo-stopped');
  await page.getByRole('button', { name: 'Ask the same around Parapet' }).click();
  assert.match(await whatHappened(), /Not stopped\s*950\.00 EUR went to Harbour Holdings; you did not ask for it/);
  assert.match(await page.locator('tr.new').first().innerText(), /-950\.00/);
  await shot('demo-moved');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot('demo-moved-dark');
  await page.emulateMedia({ colorScheme: null });
  await page.getByRole('button', { name: 'Reset the bank' }).click();
  await page.getByText('The bank is as on its first day.').waitFor();
  assert.equal(await page.locator('tr.new').count(), 0);
  await page.locator('input[value="through"]').check();
});

test('what a model says is text, never markup', { skip }, async () => {
  await page.locator('#question').fill('say "<img src=x onerror=alert(1)><b>bold</b>"');
  await page.keyboard.press('Enter');
  await whatHappened();
  assert.match(await page.locator('.bubble').last().innerText(), /<img src=x onerror=alert\(1\)>/);
  assert.equal(await page.locator('.bubble img, .bubble b').count(), 0);
});

test('nothing in the page breaks its own content security policy', { skip }, () => {
  assert.deepEqual(complaints, []);
});
