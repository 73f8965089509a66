import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { FlowRuling } from '../../src/flow/decide.ts';
import { buildConsole } from '../console/build-console.ts';
import { checkPage } from '../console/check-page.ts';
import { chromiumPath, NO_CHROMIUM, openBrowser } from '../console/chromium.ts';
import type { OpenBrowser } from '../console/chromium.ts';
import { ADMIN, startConsole, type TestConsole } from '../console/start-console.ts';

const path = chromiumPath();
const DECISION: FlowRuling = {
  verdict: 'approve',
  rule: 'pay-recipient',
  reason: '"to" comes from: only in the text of e-mail "Invoice", not from you.',
  args: {
    to: {
      tier: 'D',
      role: 'recipient',
      from: 'only in the text of e-mail "Invoice", not from you',
      verdict: 'approve',
      rule: 'pay-recipient',
    },
    amount: { tier: 'U', role: 'amount', from: 'your own words', verdict: 'allow', rule: 'pay-amount' },
    reference: {
      tier: 'D',
      role: 'content',
      from: 'in the text of e-mail "Invoice"',
      verdict: 'allow',
      rule: 'pay-text',
    },
  },
};

describe('the page of approvals', { skip: path === null ? NO_CHROMIUM : false }, () => {
  let built: Awaited<ReturnType<typeof buildConsole>>;
  let served: TestConsole;
  let browser: OpenBrowser;
  let page: Page;
  let runs = 0;
  const complaints: string[] = [];

  before(async () => {
    built = await buildConsole();
    served = await startConsole({ console: built.directory, config: { approvals: { twoPerson: ['wire_money'] } } });
    browser = await openBrowser(path!);
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 401/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${served.url}/approvals`);
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    await built?.remove();
  });

  const queue = () => served.gateway.running.runtime.approvals;
  async function ask(tool: string, to: string): Promise<string> {
    const answer = await queue().ask({
      kind: 'call',
      tool,
      args: { to, amount: '950.00', reference: 'Invoice 4711\nthank you' },
      decision: DECISION,
      principal: { id: 'bank-assistant', kind: 'key', team: 'demo', claims: {} },
      run: `run-${(runs += 1)}`,
      exchange: 'req_01hzy3v7k3f2m9q8w6t5r4e3d2',
    });
    assert.equal(answer.state, 'pending');
    return answer.id!;
  }
  /** For somebody who wants to see the screens. */
  async function shot(name: string): Promise<void> {
    const directory = process.env['PARAPET_TEST_SHOTS'];
    if (directory !== undefined) await page.screenshot({ path: `${directory}/${name}.png`, fullPage: true });
  }

  test('an empty queue says what comes here', async () => {
    await page.getByText('Nothing waits for you.').waitFor();
    assert.deepEqual(await checkPage(page), []);
  });

  test('a request appears by itself, with its countdown, and the badge counts it', async () => {
    await ask('transfer', 'GB33BUKB20201555555555');
    const card = page.locator('.approval-card').first();
    await card.waitFor();
    assert.match(await card.innerText(), /transfer\s*by bank-assistant · demo/);
    assert.match(await card.locator('time').innerText(), /^1[45]:\d\d$/);
    await page.locator('.nav-count').getByText('1').waitFor();
    await shot('approvals-list');
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`a request shows what is asked and where each value comes from (${scheme})`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      const id = await ask('transfer', 'p\u0430ypal\u202egro.knab@');
      await page.goto(`${served.url}/approvals/${id}`);
      await page.getByText('look at this').waitFor();
      const text = await page.locator('main').innerText();
      assert.match(text, /only in the text of e-mail "Invoice", not from you/);
      assert.match(text, /\[U\+202E\]/);
      assert.match(text, /made to be missed or mistaken/);
      assert.match((await page.locator('mark.odd').first().getAttribute('title'))!, /looks like "a"/);
      assert.deepEqual(await checkPage(page), []);
      await shot(`approval-${scheme}`);
      await page.emulateMedia({ colorScheme: null });
    });
  }

  test('it is decided from the keyboard alone, with a reason', async () => {
    const id = await ask('transfer', 'DE89370400440532013000');
    await page.goto(`${served.url}/approvals`);
    await page.locator(`a[href="/approvals/${id}"]`).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('called the landlord');
    // Enter in the reason is a line of it and no decision.
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Deny');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Approve once');
    await page.keyboard.press('Enter');
    await page.getByText('approved, not used yet').waitFor();
    assert.equal((await queue().find(id))?.reason, 'called the landlord');
    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('denied by admin').waitFor();
    assert.equal((await queue().find(id))?.state, 'denied');
  });

  test('the first of two people is told that another has to agree', async () => {
    const id = await ask('wire_money', 'DE89370400440532013000');
    await page.goto(`${served.url}/approvals/${id}`);
    await page.getByRole('button', { name: 'Approve once' }).click();
    await page.getByText('admin agreed; a second person has to agree').waitFor();
    await page.getByRole('button', { name: 'Approve as the second person' }).click();
    await page.getByRole('alert').getByText('this tool needs a second person').waitFor();
    assert.equal((await queue().find(id))?.state, 'pending');
    complaints.splice(0); // the refusal is an answer with status 403, which browsers write down
  });

  test('it fits a narrow screen, and nothing was reported', async (t) => {
    t.after(() => page.setViewportSize({ width: 1440, height: 900 }));
    await page.setViewportSize({ width: 400, height: 800 });
    const id = await ask('transfer', `x${'y'.repeat(300)}`);
    for (const at of ['/approvals', `/approvals/${id}`]) {
      await page.goto(served.url + at);
      await page.locator('.approval-card, .arguments').first().waitFor();
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 400, at);
      await shot(`narrow-${at === '/approvals' ? 'list' : 'one'}`);
    }
    assert.deepEqual(complaints, []);
  });
});
