import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unpinnedInstalls } from './unpinned-installs.ts';

test('packages are named without the marks around them', () => {
  const names = (text: string): readonly string[] => unpinnedInstalls(text).map(({ name }) => name);
  assert.deepEqual(names("Run `npx left-pad`, then pip install 'requests'."), ['left-pad', 'requests']);
  assert.deepEqual(names('pip install requests==2.0.0 and npx tsc'), []);
  assert.deepEqual(names('npx a..b..:.'), ['a..b']);
});
