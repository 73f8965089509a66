import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirePinned } from './launch.ts';
import { isPublicAddress, publicLookup } from './safe-address.ts';
import { basicEnvironment } from './start-server.ts';

test('a runner has to name an exact version', () => {
  const floating: readonly (readonly [string, ...string[]])[] = [
    ['npx', '-y', '@scope/server'],
    ['npx', '-y', '@scope/server@latest'],
    ['/usr/bin/npx', 'server@^1.0.0'],
    ['npx.cmd', 'server'],
    ['uvx', 'mcp-server-git'],
    ['bunx', 'server'],
    ['pnpm', 'dlx', 'server'],
    ['npm', 'exec', 'server'],
    ['npx', '--package=server', 'run'],
  ];
  for (const [command, ...args] of floating)
    assert.throws(() => requirePinned(command, args, 'x'), /newest/, args.join(' '));
  const exact: readonly (readonly [string, ...string[]])[] = [
    ['npx', '-y', '@scope/server@1.2.3'],
    ['npx', 'server@2026.8.31', '--flag'],
    ['uvx', 'mcp-server-git==0.6.2'],
    ['pnpm', 'dlx', 'server@1.2.3'],
    ['npm', 'start'],
    ['node', 'server.js'],
    ['npx', './server.js'],
  ];
  for (const [command, ...args] of exact) assert.doesNotThrow(() => requirePinned(command, args, 'x'), args.join(' '));
});

test('a server gets basic variables, and what is named', () => {
  const env = {
    PATH: '/bin',
    HOME: '/h',
    OPENAI_API_KEY: 'secret',
    NODE_OPTIONS: '--require x',
    GITHUB_TOKEN: 't',
    TERM: '() { evil; }',
  };
  assert.deepEqual(basicEnvironment(env), { PATH: '/bin', HOME: '/h' });
  assert.deepEqual(basicEnvironment(env, ['GITHUB_TOKEN']), { PATH: '/bin', HOME: '/h', GITHUB_TOKEN: 't' });
});

test('addresses that are not on the internet, in every spelling', () => {
  for (const closed of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd12::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::127.0.0.1',
    'ff02::1',
    'nonsense',
  ])
    assert.equal(isPublicAddress(closed), false, closed);
  for (const open of [
    '93.184.216.34',
    '1.1.1.1',
    '172.32.0.1',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
  ])
    assert.equal(isPublicAddress(open), true, open);
});

test('a name that leads into the own network is not connected to, whatever it is called', async () => {
  for (const all of [true, false]) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
      publicLookup('localhost', { all }, (cause) => resolve(cause)),
    );
    assert.equal(error?.code, 'ERR_ADDRESS_CLOSED');
  }
});
