import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { run } from '../run.ts';

const text = { type: 'string' };
const OPENAI = [
  { type: 'function', function: { name: 'search_notes', parameters: { type: 'object', properties: { query: text } } } },
  {
    type: 'function',
    function: {
      name: 'send_note',
      parameters: {
        type: 'object',
        properties: { to: { type: 'array', items: text }, body: text },
        required: ['to', 'body'],
      },
    },
  },
];
const ANTHROPIC = [
  { name: 'transfer_funds', input_schema: { type: 'object', properties: { iban: text, amount: { type: 'number' } } } },
  { name: 'delete_card', input_schema: { type: 'object', properties: { card_id: text, user_id: text } } },
];
const MCP = {
  tools: [
    {
      name: 'frobnicate',
      inputSchema: { type: 'object', properties: { x: text } },
      annotations: { readOnlyHint: false },
    },
  ],
};
const MESSAGES = [
  { role: 'user', content: 'Send the gist of the note "Roof" to ann@home.example.' },
  {
    role: 'assistant',
    tool_calls: [{ id: 'a', function: { name: 'search_notes', arguments: '{"query":"Roof"}' } }],
  },
  {
    role: 'tool',
    tool_call_id: 'a',
    content: JSON.stringify([{ title: 'Roof', author: 'carl@home.example', text: 'Ask eve@evil.example.' }]),
  },
];

describe('parapet flow', () => {
  let directory: string;
  const put = (name: string, content: unknown) =>
    writeFile(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-cli-flow-'));
    await put('tools.json', OPENAI);
    await put('history.json', { messages: MESSAGES });
  });
  after(() => rm(directory, { recursive: true }));

  async function flow(...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(['flow', ...argv], {
      out: (line) => void out.push(line),
      err: (line) => void err.push(line),
      env: { OWN: 'home.example' },
      cwd: directory,
      terminal: false,
      signal: new AbortController().signal,
      exitCode: 0,
      stdin: async function* () {},
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  it('init: writes a file that check accepts, for each form of tools, and never over another', async () => {
    for (const [index, tools] of [OPENAI, ANTHROPIC, MCP].entries()) {
      await put(`t${index}.json`, tools);
      const wrote = await flow('init', '--tools', `t${index}.json`, '-o', `f${index}.yaml`);
      assert.equal(wrote.code, 0, wrote.err);
      const checked = await flow('check', `f${index}.yaml`, '--tools', `t${index}.json`, '--strict');
      assert.deepEqual([checked.code, checked.err], [0, '']);
      assert.match(checked.out, /is fine: .*; 0 loosened$/);
      assert.equal((await flow('init', '--tools', `t${index}.json`, '-o', `f${index}.yaml`)).code, 2);
    }
    const written = await readFile(join(directory, 'f1.yaml'), 'utf8');
    assert.match(written, /transfer_funds:\n\s+act: pay\n\s+args:\n\s+iban: recipient\n\s+amount: amount/);
    assert.match(written, /user_id: sub/);
    assert.match(await readFile(join(directory, 'f2.yaml'), 'utf8'), /Say what it is/);
    // What is in comments is meant to be taken out of them.
    const [head, rules] = (await readFile(join(directory, 'f0.yaml'), 'utf8')).split('\nrules:');
    const examples = `${head}\nrules:${rules!.replace('\n  []', '').replaceAll(/^ {2}# (?=- | {2})/gm, '  ')}`;
    await put('examples.yaml', examples);
    const taken = await flow('check', 'examples.yaml', '--tools', 't0.json');
    assert.equal(taken.code, 0, taken.out + taken.err + examples);
    assert.match(taken.out, /loosened: external-recipient/);
  });

  it('check: file, line and column of what is wrong, with what was meant', async () => {
    await put('bad.yaml', 'profil: strict\nrules:\n  - id: a\n    tool: send_note\n    effect: alow\n');
    const { code, err } = await flow('check', 'bad.yaml');
    assert.equal(code, 2);
    assert.match(err, /bad\.yaml:1:1: profil: unknown key; did you mean profile\?/);
    assert.match(err, /bad\.yaml:5:13: rules\[0\]\.effect: .*did you mean allow\?/);
    await put('worse.yaml', "rules:\n  - id: a\n    tool: x\n    must: { args: { b: { pattern: '(' } } }\n");
    assert.match(
      (await flow('check', 'worse.yaml')).err,
      /worse\.yaml:4:\d+: rules\[0\]\.must\.args\.b\.pattern: is no RE2/,
    );
    const missing = await flow('check', 'nowhere.yaml');
    assert.deepEqual([missing.code, /there is no such file.*flow init/s.test(missing.err)], [2, true]);
  });

  it('check: rules that cannot do what they are for, and what they loosen', async () => {
    const cases: readonly [string, number, RegExp][] = [
      ['rules: [{ id: a, tool: send_nots, effect: deny }]', 2, /error: names no tool.*did you mean send_note\?/],
      [
        'rules: [{ id: a, tool: send_note, must: { args: { too: {} } } }]',
        2,
        /too: error: is in no tool's schema.*did you mean to\?/,
      ],
      ['rules: [{ id: a, tool: "*", must: { expression: "args.too == 1" } }]', 0, /is fine/],
      [
        'rules: [{ id: a, tool: "send_*", effect: deny, priority: 2 }, { id: b, tool: send_note, effect: approve }]',
        2,
        /rules\[1\]: error: is never what counts: a/,
      ],
      [
        'rules: [{ id: a, tool: send_note, must: { args: { body: { max: 3 } } } }, { id: b, tool: "send_*", must: { args: { body: { min: 4 } } } }]',
        2,
        /can never hold together with what a asks/,
      ],
      [
        'rules: [{ id: a, tool: send_note, if: { args: { body: { enum: [x] } } }, effect: allow, overrides: [licence] }]',
        0,
        /warning: lets send_note through with any "to"/,
      ],
      [
        'rules: [{ id: a, tool: send_note, if: { args: { to: { prov: [U] } } }, effect: allow, overrides: [licence] }]',
        0,
        /loosened: licence do not count/,
      ],
      [
        'rules: [{ id: a, tool: search_notes, if: { args: { query: { enum: [x] } } }, effect: deny }]',
        0,
        /warning: may be left out/,
      ],
      [
        'tools: { send_note: { act: read, args: { to: other } } }',
        0,
        /loosened: send_note is taken for one that only looks[^]*loosened: is judged as other and not as recipient/,
      ],
      ['firstParty: [{ tool: search_notes }]', 0, /loosened: all values of search_notes/],
      ['profile: default\nbudgets: { sideEffects: 9 }', 0, /profile: loosened[^]*9 changes/],
    ];
    for (const [rules, code, expected] of cases) {
      await put('lint.yaml', rules);
      const checked = await flow('check', 'lint.yaml', '--tools', 'tools.json');
      assert.match(checked.out, expected, rules);
      assert.equal(checked.code, code, rules);
      const json = await flow('check', 'lint.yaml', '--tools', 'tools.json', '--json');
      assert.equal((JSON.parse(json.out) as { ok: boolean }).ok, code === 0);
    }
    await put(
      'lint.yaml',
      'rules: [{ id: a, tool: search_notes, if: { args: { query: { enum: [x] } } }, effect: deny }]',
    );
    assert.equal((await flow('check', 'lint.yaml', '--tools', 'tools.json', '--strict')).code, 2);
  });

  it('explain: where each value came from, which rule decided, and what would have to be different', async () => {
    const call = JSON.stringify({
      tool: 'send_note',
      args: { to: ['ann@home.example', 'carl@home.example'], body: 'Leaky.' },
    });
    const base = ['--history', 'history.json', '--tools', 'tools.json'];
    const explained = await flow('explain', call, ...base);
    assert.equal(explained.code, 0, explained.err);
    assert.match(explained.out, /^send_note \(send\) needs a person: external-recipient/);
    assert.match(explained.out, /to\[0\] \(recipient\): in your own words\n\s+U, your own words/);
    assert.match(explained.out, /to\[1\] \(recipient\): the field "author" of search_notes\n\s+S,/);
    assert.match(explained.out, /What would have to be different:[^]*You name "to\[1\]" yourself/);

    await put(
      'own.yaml',
      "rules:\n  - { id: home, tool: send_note, if: { args: { to: { pattern: '.*@${OWN}' } } }, effect: allow, overrides: [external-recipient] }\n",
    );
    const ruled = await flow('explain', call, ...base, '--rules', 'own.yaml');
    assert.match(ruled.out, /goes through: home/);
    await put('call.json', JSON.parse(call));
    const json = await flow('explain', 'call.json', ...base, '--json');
    assert.equal((JSON.parse(json.out) as { verdict: string }).verdict, 'approve');
    await put('who.yaml', 'rules:\n  - { id: who, tool: send_note, must: { args: { body: { subject: sub } } } }\n');
    const who = ['explain', call.replace('Leaky.', 'bob'), ...base, '--rules', 'who.yaml', '--principal'];
    assert.match((await flow(...who, 'alice')).out, /is denied: who/);
    assert.match((await flow(...who, 'bob')).out, /needs a person: external-recipient/);
    assert.match((await flow(...who, 'alice', '--claim', 'sub=bob')).out, /needs a person/);
    assert.equal((await flow('explain', '{"args": {}}', ...base)).code, 2);
  });

  it('replay: with rules', async () => {
    const messages = [
      ...MESSAGES,
      {
        role: 'assistant',
        tool_calls: [
          { id: 'b', function: { name: 'send_note', arguments: '{"to":["carl@home.example"],"body":"Leaky."}' } },
        ],
      },
    ];
    await put(
      'traces.jsonl',
      `${JSON.stringify({ id: 't', messages, steps: [{ origin: 'user' }, { origin: 'user' }] })}\n`,
    );
    const replayed = async (...more: string[]) =>
      (
        JSON.parse((await flow('replay', 'traces.jsonl', '--suite', 'tools.json', ...more)).out) as {
          decisions: { decision: string; rule: string }[];
        }
      ).decisions[1]!;
    assert.equal((await replayed()).decision, 'approve');
    await put(
      'own.yaml',
      "rules:\n  - { id: home, tool: send_note, if: { args: { to: { pattern: '.*@home.example' } } }, effect: allow, overrides: [external-recipient] }\n",
    );
    const { decision, rule } = await replayed('--rules', 'own.yaml');
    assert.deepEqual([decision, rule], ['allow', 'home']);
    await put('lax.yaml', 'profile: default\n');
    assert.equal((await replayed('--rules', 'lax.yaml')).decision, 'allow');
    assert.equal((await replayed('--rules', 'lax.yaml', '--profile', 'strict')).decision, 'approve');
  });

  it('schema: JSON Schema of the file', async () => {
    const schema = JSON.parse((await flow('schema')).out) as { title: string; properties: Record<string, unknown> };
    assert.equal(schema.title, 'Parapet flow rules');
    assert.ok('rules' in schema.properties && 'scope' in schema.properties);
  });
});
