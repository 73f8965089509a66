import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { run } from '../../src/cli/run.ts';
import type { SimulationReport } from '../../src/gateway/simulate.ts';
import { type TestGateway, startGateway } from '../gateway/start-gateway.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';

const CARD = '4111 1111 1111 1111';
const RULES = [
  { id: 'cards', detector: 'personal-data', action: 'block', on: ['input'], options: { kinds: ['payment-card'] } },
];

describe('parapet policy simulate', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
      upstreamUrl: upstream.url,
      config: { rules: RULES as never, evidence: { content: 'full', retention: '1d' } },
    });
    for (const content of [`card ${CARD}`, 'hello', 'mail jane.miller@bigbank.com']) {
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'text', messages: [{ role: 'user', content }] }),
      });
      await response.text();
    }
    await gateway.close({ keep: true });
    const text = await readFile(gateway.configPath, 'utf8');
    await writeFile(join(gateway.directory, 'changed.yaml'), text.replace('action: block', 'action: flag'));
    await writeFile(
      join(gateway.directory, 'mails.yaml'),
      text.replace('- payment-card', '- payment-card\n        - email'),
    );
    await writeFile(join(gateway.directory, 'elsewhere.yaml'), `${text}\nstate: elsewhere\n`);
  });
  after(async () => {
    await upstream.close();
  });

  async function parapet(...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(['policy', ...argv], {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      env: {},
      cwd: gateway.directory,
      terminal: false,
      signal: new AbortController().signal,
      exitCode: 0,
      stdin: async function* () {
        yield Buffer.from(`${CARD}\n`);
      },
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  it('says that nothing would differ', async () => {
    const { code, out, err } = await parapet('simulate', '--since', '1d');
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^3 exchanges of 3 replayed and compared with what was decided when they came; none would end/);
  });

  it('says what would, with evidence that is masked', async () => {
    const { code, out } = await parapet('simulate', '--since', '1d', '--config', 'changed.yaml');
    assert.equal(code, 1);
    assert.match(out, /1 would end differently/);
    assert.match(out, /cards +1 +1 -> 0 +0 +0/);
    assert.match(
      out,
      /req_\w+ .* alice .* block -> flag \(answer not known\) +cards \(input\) +personal-data\/payment-card /,
    );
    assert.doesNotMatch(out, /4111 1111/);
  });

  it('compares with another configuration, and tells of one rule as JSON', async () => {
    const args = [
      '--since',
      '1d',
      '--config',
      'mails.yaml',
      '--baseline',
      'changed.yaml',
      '--rule',
      'cards',
      '--format',
      'json',
    ];
    const { code, out } = await parapet('simulate', ...args);
    const report = JSON.parse(out) as SimulationReport;
    assert.equal(code, 1);
    assert.equal(report.comparedWith, 'replayed');
    assert.deepEqual(report.changes.map(({ before, after }) => `${before} ${after}`).toSorted(), [
      'allow block',
      'flag block',
    ]);
  });

  it('looks at the newest exchanges and says when there are more', async () => {
    const { code, out, err } = await parapet('simulate', '--since', '1d', '--limit', '2');
    assert.deepEqual([code, out.startsWith('2 exchanges of 2')], [0, true], out);
    assert.match(err, /only the newest 2 exchanges/);
  });

  it('says what is wrong', async () => {
    const wrong = async (...argv: string[]) => {
      const { code, err } = await parapet('simulate', ...argv);
      return `${code} ${err}`;
    };
    assert.match(await wrong('--since', 'soon'), /^2 error: "soon" is not a duration/);
    assert.match(await wrong('--since', '1d', '--limit', '0'), /^2 error: "0" is not a number of exchanges/);
    assert.match(await wrong('--since', '1d', '--format', 'xml'), /^2 error: "xml" is not table or json/);
    assert.match(await wrong('--since', '1d', '--rule', 'none'), /^\d error: There is no rule "none".* cards/);
    assert.match(
      await wrong('--since', '1d', '--config', 'elsewhere.yaml'),
      /^3 error: There are no recorded exchanges/,
    );
    assert.match(await wrong('--since', '1d', '--config', 'none.yaml'), /^2 error: cannot read the configuration file/);
  });

  it('prints the hash that an allow-list takes', async () => {
    const { code, out } = await parapet('hash');
    assert.equal(code, 0);
    assert.match(out, /^hmac-sha256:[0-9a-f]{64}$/);
    const text = await readFile(gateway.configPath, 'utf8');
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const entry = `allow: [{ id: test, rules: [cards], hash: '${out}', owner: o, reason: r, expires: ${day} }]\n`;
    await writeFile(join(gateway.directory, 'allowed.yaml'), `${text}\n${entry}`);
    const allowed = await parapet('simulate', '--since', '1d', '--config', 'allowed.yaml');
    assert.match(allowed.out, /block -> allow/);
  });
});
