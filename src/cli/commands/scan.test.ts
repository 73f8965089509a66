import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeZip } from '../../scan/testing/make-archive.ts';
import { callOf, plain } from '../../scan/testing/make-pickle.ts';
import { run } from '../run.ts';

interface Row {
  readonly file: string;
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly message: string }[];
}

const SIZE = 3 << 20;
/** A checkpoint with a tensor that nobody has to read. */
const CHECKPOINT = makeZip([
  { name: 'm/data.pkl', data: callOf('os', 'system') },
  { name: 'm/data/0', data: new Uint8Array(SIZE) },
]);

describe('parapet scan', () => {
  let directory: string;
  let server: Server;
  let base: string;
  let sent = 0;
  let changing = 0;

  const FILES: Readonly<Record<string, Uint8Array>> = {
    '/model.pt': CHECKPOINT,
    '/org/model/resolve/main/weights/a.pt': CHECKPOINT,
    '/org/model/resolve/main/config.json': Buffer.from('{"auto_map":{"AutoModel":"modeling.Net"}}'),
    '/org/model/resolve/v%2F2/clean.pkl': plain(),
    '/empty': new Uint8Array(),
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, 'http://x');
    const send = (status: number, headers: Record<string, string>, body: Uint8Array | string = ''): void => {
      sent += body.length;
      response.writeHead(status, headers).end(body);
    };
    if (url.pathname === '/whole.pt')
      return send(200, {}, makeZip([{ name: 'm/data.pkl', data: callOf('os', 'system') }]));
    if (url.pathname === '/page')
      return send(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>Log in</html>');
    if (url.pathname === '/metadata') return send(302, { location: 'http://169.254.169.254/latest/meta-data' });
    if (url.pathname === '/broken') {
      response.writeHead(200, { 'content-length': '10000' });
      response.write('some of it', () => response.destroy());
      return;
    }
    if (url.pathname === '/away') return send(302, { location: '/model.pt?signature=secret' });
    if (url.pathname === '/round') return send(302, { location: '/round' });
    if (url.pathname === '/inside') return send(302, { location: 'http://user:password@127.0.0.1/' });
    if (url.pathname === '/api/models/org/model/tree/main') {
      const list = [
        { type: 'file', path: 'config.json' },
        { type: 'directory', path: 'weights' },
      ];
      if (url.searchParams.get('cursor') === null) {
        return send(
          200,
          { 'content-type': 'application/json', link: `<${url.pathname}?cursor=2>; rel="next"` },
          JSON.stringify(list),
        );
      }
      const more = [
        { type: 'file', path: 'weights/a.pt' },
        { type: 'file', path: 'gone.bin' },
      ];
      return send(200, { 'content-type': 'application/json' }, JSON.stringify(more));
    }
    if (url.pathname === '/api/models/org/model/tree/v%2F2') {
      return send(200, { 'content-type': 'application/json' }, JSON.stringify([{ type: 'file', path: 'clean.pkl' }]));
    }
    const body = url.pathname === '/changing.pt' ? CHECKPOINT : FILES[url.pathname];
    if (body === undefined) return send(404, {});
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (range === null) return send(200, {}, body);
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), body.length - 1)];
    if (from >= body.length) return send(416, { 'content-range': `bytes */${body.length}` });
    const size = url.pathname === '/changing.pt' ? body.length + changing++ : body.length;
    return send(206, { 'content-range': `bytes ${from}-${to}/${size}`, etag: '"one"' }, body.subarray(from, to + 1));
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-cli-scan-'));
    server = createServer(answer);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  async function parapet(...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(['scan', ...argv], {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      env: {},
      cwd: directory,
      terminal: false,
      signal: new AbortController().signal,
      exitCode: 0,
      stdin: async function* () {
        yield callOf('os', 'system');
      },
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }
  const rows = (out: string): readonly Row[] => JSON.parse(out) as readonly Row[];
  const remote = (...argv: string[]) =>
    parapet(...argv, '--allow-private-addresses', '--format', 'json', '--threads', '1');

  it('reads one file from stdin', async () => {
    const { code, out } = await parapet('-', '--format', 'json');
    assert.equal(code, 1);
    assert.deepEqual(
      rows(out).map(({ file, verdict }) => [file, verdict]),
      [['-', 'findings']],
    );
  });

  it('fetches of a file behind an address what it has to look at, and no more', async () => {
    sent = 0;
    const { code, out } = await remote(`${base}/model.pt`);
    assert.equal(code, 1);
    assert.deepEqual(
      rows(out).map(({ file, findings }) => [file, findings[0]!.rule]),
      [[`${base}/model.pt`, 'pickle-dangerous-global']],
    );
    assert.ok(sent < SIZE / 4, `${sent} bytes were fetched`);
  });

  it('follows redirects, and shows nothing of what is signed', async () => {
    const { code, out, err } = await remote(`${base}/away`);
    assert.equal(code, 1);
    assert.equal(rows(out)[0]!.verdict, 'findings');
    assert.doesNotMatch(out + err, /secret/);
  });

  it('takes a file as a whole where the server knows no ranges, and an empty one as empty', async () => {
    assert.equal((await remote(`${base}/whole.pt`)).code, 1);
    assert.equal((await remote(`${base}/empty`)).code, 0);
  });

  it('lists a repository of a model hub, page by page; a file that is gone is an error of its own', async () => {
    const { code, out, err } = await remote(`${base}/org/model`);
    assert.equal(code, 1);
    assert.deepEqual(
      rows(out).map(({ file, verdict, findings }) => [file.slice(base.length), verdict, findings[0]?.rule]),
      [
        ['/org/model/config.json', 'findings', 'remote-code'],
        ['/org/model/weights/a.pt', 'findings', 'pickle-dangerous-global'],
        ['/org/model/gone.bin', 'error', undefined],
      ],
    );
    assert.match(err, /gone\.bin: There is no such file/);
    assert.equal((await remote(`${base}/org/model/tree/v/2`)).code, 0);
  });

  it('never goes where an address may not lead', async () => {
    const refused = await parapet(`${base}/model.pt`);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /not on the internet.*--allow-private-addresses/s);
    for (const address of [
      'http://localhost/x',
      'http://[::1]/x',
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.1/x',
    ]) {
      assert.match((await parapet(address)).err, /not on the internet/, address);
    }
    assert.match((await remote(`${base}/inside`)).err, /credentials, which are never sent/);
    assert.match((await remote(`${base}/round`)).err, /without end/);
    assert.match((await remote(`${base}/nothing`)).err, /no such file/i);
  });

  it('tells each address that could not be read in a row, and reads the others', async () => {
    const addresses = ['/nothing', '/page', '/broken', '/metadata', '/org/none', '/model.pt'];
    const { code, out, err } = await remote(...addresses.map((path) => base + path));
    assert.equal(code, 1);
    assert.deepEqual(
      rows(out).map(({ file, verdict }) => [file.slice(base.length), verdict]),
      [...addresses.slice(0, -1).map((path) => [path, 'error']), ['/model.pt', 'findings']],
    );
    assert.equal((rows(out)[0] as { error?: string }).error, 'there is no such file');
    assert.match(err, /\/page: The server sends a web page and not a file\. Give the address of the file itself/);
    assert.match(err, /\/broken: The address does not answer/);
    assert.match(err, /\/metadata: The address leads to one of the machine itself/);
    assert.equal((await remote(`${base}/nothing`)).code, 2);
  });

  it('says so when a file changes while it is read', async () => {
    changing = 0;
    const { code, out } = await remote(`${base}/changing.pt`);
    assert.notEqual(code, 0);
    assert.notEqual(rows(out)[0]!.verdict, 'clean');
  });

  it('weighs licences as it is told to, and sees two that do not fit together', async () => {
    await mkdir(join(directory, 'model'), { recursive: true });
    await writeFile(join(directory, 'model', 'README.md'), '---\nlicense: cc-by-nc-4.0\ntags: [x]\n---\n');
    await writeFile(join(directory, 'model', 'LICENSE'), 'Apache License\n  Version 2.0, January 2004\n');
    const low = await parapet('model', '--format', 'json');
    assert.equal(low.code, 0);
    const said = rows(low.out)
      .flatMap(({ findings }) => findings)
      .filter(({ severity }) => severity !== 'info');
    assert.deepEqual(said.map(({ message }) => message).toSorted(), [
      'It states cc-by-nc-4.0, and LICENSE beside it apache-2.0.',
      'The licence cc-by-nc-4.0 forbids commercial use.',
    ]);
    assert.equal((await parapet('model', '--licence-policy', 'medium')).code, 1);
    const off = await parapet('model', '--licence-policy', 'off', '--format', 'json');
    assert.deepEqual(
      rows(off.out).map(({ verdict }) => verdict),
      ['clean', 'clean'],
    );
    assert.equal((await parapet('model', '--licence-policy', 'strict')).code, 2);
  });
});
