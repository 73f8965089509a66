import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CEDAR_SCHEMA } from '../../access/cedar-schema.ts';
import { run } from '../run.ts';

const CONFIG = `upstreams:
  - { id: one, dialect: openai, url: http://127.0.0.1:9, models: ['*'] }
`;
const POLICY = `@id("all")
permit(principal, action, resource);

@id("guests")
forbid(principal in Team::"guests", action == Action::"invoke", resource)
  when { resource.name like "gpt-4*" && context.address.isLoopback() };
`;

describe('parapet policy', () => {
  let directory: string;
  const put = (name: string, text: string) => writeFile(join(directory, name), text);
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-cli-policy-'));
    await put('parapet.yaml', `${CONFIG}access: { policy: { file: rules.cedar } }\n`);
    await put('plain.yaml', CONFIG);
    await put('rules.cedar', POLICY);
  });
  after(() => rm(directory, { recursive: true }));

  async function parapet(...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(['policy', ...argv], {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      env: {},
      cwd: directory,
      terminal: false,
      signal: new AbortController().signal,
      exitCode: 0,
      stdin: async function* () {},
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  describe('check', () => {
    it('accepts a file, the one that the configuration names, and the text in it', async () => {
      assert.deepEqual(await parapet('check', 'rules.cedar'), {
        code: 0,
        out: 'rules.cedar is fine: 1 permit, 1 forbid',
        err: '',
      });
      assert.deepEqual(await parapet('check'), await parapet('check', 'rules.cedar'));
      assert.match((await parapet('check', '--config', 'plain.yaml')).out, /^plain\.yaml access\.policy\.text is fine/);
    });

    it('names file, line and column of every error', async () => {
      await put(
        'bad.cedar',
        'permit(principal, action == Action::"invok", resource);\npermit(principal is Usr, action, resource);\n',
      );
      const result = await parapet('check', 'bad.cedar');
      assert.equal(result.code, 2);
      assert.match(result.out, /^bad\.cedar:1:29: error: .*invok.*\nbad\.cedar:2:21: error: .*Usr/);
      const json = JSON.parse((await parapet('check', 'bad.cedar', '--json')).out) as {
        ok: boolean;
        problems: unknown[];
      };
      assert.equal(json.ok, false);
      assert.equal(json.problems.length, 2);
    });

    it('warns when nothing is permitted', async () => {
      await put('empty.cedar', '// nothing yet\n');
      const result = await parapet('check', 'empty.cedar');
      assert.equal(result.code, 0);
      assert.match(result.err, /every request is denied/);
    });

    it('says that a file is missing or not text', async () => {
      const missing = await parapet('check', 'nowhere.cedar');
      assert.deepEqual([missing.code, missing.out], [2, '']);
      assert.match(missing.err, /no such file.*nowhere\.cedar/);
      await writeFile(join(directory, 'binary.cedar'), new Uint8Array([0xff, 0xfe]));
      assert.match((await parapet('check', 'binary.cedar')).err, /not UTF-8/);
    });
  });

  describe('test', () => {
    const CASES = `policy: rules.cedar
cases:
  - name: anyone may use small models
    principal: bob
    action: invoke
    resource: Model::gpt-3
    expect: allow
    by: [all]
  - name: guests may not use large ones
    principal: { id: eve, team: guests }
    action: invoke
    resource: Model::"gpt-4o"
    expect: deny
    by: [guests]
`;

    it('passes, in a table that names who decided', async () => {
      await put('cases.yaml', CASES);
      const result = await parapet('test', 'cases.yaml');
      assert.equal(result.code, 0, result.err);
      assert.match(result.out, /^pass +anyone may use small models +allow +allow +all \(permit, rules\.cedar:1\)$/m);
      assert.match(result.out, /^pass +guests may not .* +guests \(forbid, rules\.cedar:4\)$/m);
      assert.match(result.out, /2 of 2 cases pass$/);
    });

    it('fails with exit code 1 and the line of each case that does', async () => {
      await put('wrong.yaml', CASES.replace('expect: deny', 'expect: allow').replace('by: [all]', 'by: [other]'));
      const result = await parapet('test', 'wrong.yaml');
      assert.equal(result.code, 1);
      assert.match(
        result.err,
        /wrong\.yaml:3: anyone .*not decided by other\nwrong\.yaml:9: guests .*expected allow, got deny/,
      );
      assert.match(result.out, /0 of 2 cases pass$/);
    });

    it('does not pass a denial that is only an evaluation error', async () => {
      await put(
        'error.yaml',
        `policy: rules.cedar\ncases:\n  - { principal: { id: e, team: guests }, action: invoke, resource: 'Model::gpt-4', context: { address: nowhere }, expect: deny }\n`,
      );
      const result = await parapet('test', 'error.yaml');
      assert.equal(result.code, 1);
      assert.match(result.err, /guests: .*address/);
    });

    it('refuses a file of cases that it does not understand, with all its places', async () => {
      await put(
        'odd.yaml',
        'cases:\n  - principal: 1\n    action: fly\n    resource: x\n    expect: allow\n    expct: deny\n',
      );
      const result = await parapet('test', 'odd.yaml');
      assert.equal(result.code, 2);
      for (const place of [
        'odd.yaml:2:16: cases[0].principal',
        'odd.yaml:3:13: cases[0].action',
        'odd.yaml:4:15: cases[0].resource',
        'expct',
      ]) {
        assert.ok(result.err.includes(place), `${place} in ${result.err}`);
      }
      for (const text of ['', 'cases: []', 'cases: [', 'a: &a [*a]', '- x']) {
        await put('odd.yaml', text);
        const failed = await parapet('test', 'odd.yaml');
        assert.equal(failed.code, 2, text);
        assert.match(failed.err, /odd\.yaml:1/, text);
      }
    });
  });

  describe('explain', () => {
    it('says what is decided and by whom', async () => {
      const denied = await parapet('explain', '-p', 'eve', '--team', 'guests', '-m', 'gpt-4o');
      assert.equal(denied.code, 0);
      assert.equal(denied.out, 'DENIED: eve (key) invoke Model::"gpt-4o"\n  decided by guests (forbid, rules.cedar:4)');
      const away = await parapet('explain', '-p', 'eve', '--team', 'guests', '-m', 'gpt-4o', '--address', '192.0.2.1');
      assert.match(away.out, /^ALLOWED: .*\n {2}decided by all \(permit, rules\.cedar:1\)$/);
      await put(
        'claims.cedar',
        'permit(principal, action == Action::"call", resource) when { principal.hasTag("g") && principal.getTag("g").contains("b") };',
      );
      const ask = ['explain', '--policy', 'claims.cedar', '-p', 'x', '--kind', 'jwt', '--tool', 'search'];
      assert.match((await parapet(...ask)).out, /default is deny/);
      assert.match(
        (await parapet(...ask, '--claim', 'g=a', '--claim', 'g=b')).out,
        /^ALLOWED: x \(jwt\) call Tool::"search"/,
      );
    });

    it('asks for what is missing', async () => {
      for (const argv of [
        ['-p', 'x'],
        ['-p', 'x', '-m', 'a', '--tool', 'b'],
        ['-m', 'a'],
        ['-p', 'x', '-m', 'a', '--action', 'fly'],
        ['-p', 'x', '-m', 'a', '--claim', 'g'],
      ]) {
        const result = await parapet('explain', ...argv);
        assert.deepEqual([result.code, result.out], [2, ''], argv.join(' '));
        assert.notEqual(result.err, '');
      }
    });
  });

  it('schema prints what policies are checked against', async () => {
    assert.equal((await parapet('schema')).out, CEDAR_SCHEMA.trimEnd());
  });
});
