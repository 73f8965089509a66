import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { watchConfig, type WatchOptions } from './watch.ts';

/** A watched configuration in a directory of its own; `changed()` resolves at the next report. */
async function watched(t: TestContext, options: WatchOptions, prepare?: (directory: string) => Promise<void>) {
  const directory = await mkdtemp(join(tmpdir(), 'parapet-watch-'));
  const path = join(directory, 'parapet.yaml');
  const policy = join(directory, 'policy.cedar');
  if (prepare === undefined) {
    await writeFile(path, 'a: 1\n');
    await writeFile(policy, 'permit(principal, action, resource);\n');
  } else {
    await prepare(directory);
  }
  let reports = 0;
  let waiting: (() => void)[] = [];
  const watch = watchConfig(
    { path, watched: [policy] },
    () => {
      reports++;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    options,
  );
  t.after(async () => {
    watch.close();
    await rm(directory, { recursive: true, force: true });
  });
  await watch.ready;
  // An interval of the watch does not keep the process alive; this one does while a test waits.
  const changed = async (): Promise<void> => {
    const alive = setInterval(() => {}, 1000);
    await new Promise<void>((resolve) => waiting.push(resolve));
    clearInterval(alive);
  };
  return { directory, path, policy, watch, changed, reports: () => reports };
}

/** Reports of the file system alone, or the regular look alone: each has to do by itself. */
const WAYS: readonly (readonly [string, WatchOptions])[] = [
  ['by report', { pollEvery: 3_600_000, settleFor: 10 }],
  ['by looking', { pollEvery: 20, settleFor: 3_600_000 }],
];

for (const [way, options] of WAYS) {
  test(`${way}: a file that is written is a change`, async (t) => {
    const { path, changed } = await watched(t, options);
    const seen = changed();
    await writeFile(path, 'a: 2\n');
    await seen;
  });

  test(`${way}: a file that is replaced by renaming is a change, again and again`, async (t) => {
    const { directory, path, changed } = await watched(t, options);
    for (let i = 0; i < 3; i++) {
      const seen = changed();
      await writeFile(join(directory, '.new'), `a: ${10 + i}\n`);
      await rename(join(directory, '.new'), path);
      await seen;
    }
  });

  test(`${way}: a file that the configuration names is watched too`, async (t) => {
    const { policy, changed } = await watched(t, options);
    const seen = changed();
    await writeFile(policy, 'forbid(principal, action, resource);\n');
    await seen;
  });

  test(`${way}: a swapped symbolic link, as Kubernetes mounts a ConfigMap, is a change`, async (t) => {
    const { directory, changed } = await watched(t, options, async (at) => {
      await mkdir(join(at, '..one'));
      await writeFile(join(at, '..one', 'parapet.yaml'), 'a: 1\n');
      await writeFile(join(at, '..one', 'policy.cedar'), 'one\n');
      await symlink('..one', join(at, '..data'));
      await symlink('..data/parapet.yaml', join(at, 'parapet.yaml'));
      await symlink('..data/policy.cedar', join(at, 'policy.cedar'));
    });
    const seen = changed();
    await mkdir(join(directory, '..two'));
    await writeFile(join(directory, '..two', 'parapet.yaml'), 'a: 2\n');
    await writeFile(join(directory, '..two', 'policy.cedar'), 'one\n');
    await symlink('..two', join(directory, '..tmp'));
    await rename(join(directory, '..tmp'), join(directory, '..data'));
    await rm(join(directory, '..one'), { recursive: true });
    await seen;
  });
}

/** No report and no regular look in the time of a test: the tests below look themselves. */
const BY_HAND: WatchOptions = { pollEvery: 3_600_000, settleFor: 3_600_000 };

test('the same content again is no change, and a close is the end', async (t) => {
  const { path, policy, watch, reports } = await watched(t, BY_HAND);
  const looks = async (): Promise<number> => {
    await watch.look();
    await watch.look();
    return reports();
  };
  await writeFile(path, 'a: 1\n');
  assert.equal(await looks(), 0);
  await writeFile(policy, 'another\n');
  assert.equal(await looks(), 1);
  assert.equal(await looks(), 1, 'reported once');
  watch.close();
  await writeFile(path, 'a: 3\n');
  assert.equal(await looks(), 1);
});

test('a file that is half written is no change before it is whole', async (t) => {
  const { path, watch, reports } = await watched(t, BY_HAND);
  for (const content of ['', 'a:', 'a: 1', 'a: 1\nb:', 'a: 1\nb: 2\n']) {
    await writeFile(path, content);
    await watch.look();
    assert.equal(reports(), 0, JSON.stringify(content));
  }
  await watch.look();
  assert.equal(reports(), 1);
});

test('a file that is away for a moment is no change; one that stays away is', async (t) => {
  const { path, watch, reports } = await watched(t, BY_HAND);
  await unlink(path);
  await watch.look();
  assert.equal(reports(), 0, 'it may come back');
  await writeFile(path, 'a: 1\n');
  await watch.look();
  await watch.look();
  assert.equal(reports(), 0, 'it came back as it was');
  await unlink(path);
  await watch.look();
  await watch.look();
  assert.equal(reports(), 1, 'it stayed away');
});

test('it follows to the files of another configuration, and asks for them to be read again', async (t) => {
  const { directory, path, policy, watch, reports } = await watched(t, BY_HAND);
  const looks = async (): Promise<number> => {
    await watch.look();
    await watch.look();
    return reports();
  };
  const other = join(directory, 'other.cedar');
  await writeFile(other, 'one\n');
  watch.follow({ path, watched: [policy] });
  assert.equal(await looks(), 0, 'the same files');

  watch.follow({ path, watched: [other] });
  assert.equal(await looks(), 1, 'they may have changed since they were read');
  await writeFile(policy, 'no longer of interest\n');
  assert.equal(await looks(), 1);
  await writeFile(other, 'two\n');
  assert.equal(await looks(), 2);
});
