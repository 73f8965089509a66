import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadPepper } from '../../access/pepper.ts';
import { canaryToken } from '../../access/canary-token.ts';
import { run } from '../run.ts';

const CONFIG = `upstreams:
  - { id: one, dialect: openai, url: http://127.0.0.1:9, models: ['*'] }
`;
const TOKEN = /[2-9bcdfghjkmnpqrstvwxz]{5}(?:-[2-9bcdfghjkmnpqrstvwxz]{5}){3}/;

describe('parapet canary', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-cli-canary-'));
    await writeFile(join(directory, 'parapet.yaml'), CONFIG);
  });
  after(() => rm(directory, { recursive: true }));

  async function parapet(...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(['canary', ...argv], {
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

  interface Row {
    readonly id: string;
    readonly kind: string;
    readonly note: string | null;
    readonly place: string | null;
    readonly token?: string;
  }
  const rows = async (...more: string[]) => JSON.parse((await parapet('list', '--json', ...more)).out) as Row[];

  it('prints a line to put in, lists the canary without its token, and keeps the token nowhere', async () => {
    const { code, out, err } = await parapet('plant', '--note', 'support prompt');
    assert.equal(code, 0, err);
    assert.match(out, /^Reference: \S+$/);
    const token = TOKEN.exec(out)![0];
    const [row] = await rows();
    assert.deepEqual([row!.kind, row!.note, row!.place, row!.token], ['prompt', 'support prompt', null, undefined]);
    assert.match(err, new RegExp(row!.id));
    assert.equal((await rows('--tokens'))[0]!.token, token);
    assert.equal(canaryToken(await loadPepper(join(directory, '.parapet')), row!.id), token);
    for (const name of await readdir(join(directory, '.parapet'))) {
      assert.ok(!(await readFile(join(directory, '.parapet', name), 'latin1')).includes(token), name);
    }
  });

  it('removes, and says when there is nothing to remove', async () => {
    const [row] = await rows();
    assert.equal((await parapet('remove', row!.id)).code, 0);
    assert.deepEqual(await rows(), []);
    const again = await parapet('remove', row!.id);
    assert.equal(again.code, 2);
    assert.match(again.err, /no canary with this id/);
  });

  for (const [name, before, expected, more] of [
    ['a.txt', 'You are a helper.', 'You are a helper.\nReference: TOKEN\n', []],
    ['crlf.txt', 'One.\r\nTwo.\r\n', 'One.\r\nTwo.\r\nReference: TOKEN\r\n', []],
    ['a.md', '# Title\n\nText.\n', '# Title\n\nText.\n\nReference: TOKEN\n', []],
    ['c.md', '# Title\n', '# Title\n\n<!-- Reference: TOKEN -->\n', ['--form', 'comment']],
    ['a.html', '<body>\n<p>Hi</p>\n</body>\n', '<body>\n<p>Hi</p>\n<p>Reference: TOKEN</p>\n</body>\n', []],
    ['part.html', '<p>Hi</p>', '<p>Hi</p>\n<p>Reference: TOKEN</p>\n', []],
    [
      'a.jsonl',
      '{"id":1,"text":"something long","label":"a"}\n{"id":2,"text":"something else","label":"b"}',
      '{"id":1,"text":"something long","label":"a"}\n{"id":2,"text":"something else","label":"b"}\n{"id":2,"text":"Reference: TOKEN","label":"b"}\n',
      [],
    ],
    [
      'b.jsonl',
      '{"q":"long question","a":"yes"}\n',
      '{"q":"long question","a":"yes"}\n{"q":"long question","a":"Reference: TOKEN"}\n',
      ['--field', 'a'],
    ],
    [
      'a.csv',
      'id,text\n1,"a ""long"", text"\n2,"two\nlines"\n',
      'id,text\n1,"a ""long"", text"\n2,"two\nlines"\n2,Reference: TOKEN\n',
      [],
    ],
    ['a.tsv', 'text\tn\na, b\t1\r\n', 'text\tn\na, b\t1\r\nReference: TOKEN\t1\n', []],
  ] as const) {
    it(`puts a token into ${name}, and changes nothing else of it`, async () => {
      const path = join(directory, name);
      await writeFile(path, before);
      await chmod(path, 0o640);
      const { code, err } = await parapet('plant', '--kind', 'document', '--into', name, ...more);
      assert.equal(code, 0, err);
      const text = await readFile(path, 'utf8');
      assert.equal(text.replace(TOKEN, 'TOKEN'), expected);
      assert.equal((await stat(path)).mode & 0o777, 0o640);
      const row = (await rows('--tokens')).at(-1)!;
      assert.equal(row.place, name);
      assert.ok(text.includes(row.token!));
    });
  }

  for (const [name, content, message, more] of [
    ['a.json', '{}', /cannot be put into a "\.json" file/, []],
    ['a.pdf', '%PDF-1.7', /cannot be put into/, []],
    ['bytes.txt', Buffer.from([0xff, 0xfe, 0x41]), /not UTF-8/, []],
    ['zero.txt', 'a\0b', /zero bytes/, []],
    ['open.md', '```sh\nls\n', /inside a code block/, []],
    ['script.html', '<body><script>"</body>"</script>', /cannot be told for certain/, []],
    ['array.jsonl', '[1]\n', /line 1.*no object|no object/, []],
    ['broken.jsonl', '{"a":"b"}\n{"a":', /line 2/, []],
    ['numbers.jsonl', '{"a":1}\n', /no such member with a text/, []],
    ['ragged.csv', 'a,b\n1,2\n1\n', /row 3.*columns|1 columns/, []],
    ['quote.csv', 'a,b\n"1,2\n', /quote is not closed/, []],
    ['no-column.csv', 'a,b\n1,2\n', /no such column/, ['--field', 'c']],
    ['comment.txt', 'text', /no comments/, ['--form', 'comment']],
  ] as const) {
    it(`refuses ${name}, and leaves it and the list as they were`, async () => {
      const path = join(directory, name);
      await writeFile(path, content);
      const known = await rows();
      const { code, err } = await parapet('plant', '--into', name, ...more);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.deepEqual(await readFile(path), Buffer.from(content));
      assert.deepEqual(await rows(), known);
      assert.deepEqual(
        (await readdir(directory)).filter((file) => file.startsWith('.parapet-')),
        [],
      );
    });
  }

  it('refuses a file that is not there and a note that is no line', async () => {
    assert.match((await parapet('plant', '--into', 'nowhere.txt')).err, /cannot be read/);
    assert.match((await parapet('plant', '--note', 'two\nlines')).err, /control characters/);
  });

  it('says that another pepper knows other tokens', async () => {
    const pepper = join(directory, '.parapet', 'pepper');
    await writeFile(pepper, `${'ab'.repeat(32)}\n`);
    const { code, err } = await parapet('list');
    assert.equal(code, 2);
    assert.match(err, /planted with another pepper/);
  });
});
