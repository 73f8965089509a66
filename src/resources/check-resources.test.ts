import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { temporaryFolder } from '../core/testing/temporary-folder.ts';
import { makeClassifier } from '../engine/testing/make-classifier.ts';
import { spoilClassifier, SPOILT } from '../engine/testing/spoil-classifier.ts';
import { DetectorResources } from './detector-resources.ts';
import { checkResources } from './check-resources.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
const kept = (folder: string): string => {
  folders.push(folder);
  return folder;
};

describe('a classifier that somebody downloaded', () => {
  it('is let through where it is sound, also with its weights in a file beside it', async () => {
    for (const folder of [makeClassifier(), spoilClassifier('nothing'), spoilClassifier('outside weights', 'inside')]) {
      kept(folder);
      const check = checkResources(dirname(folder));
      assert.deepEqual(check.resources.encoder({ folder: basename(folder) }).labels, ['BENIGN', 'ATTACK']);
      await check.finish();
      for (const runtime of ['native', 'wasm'] as const) {
        const resources = new DetectorResources({ canaries: () => [] });
        const lease = resources.lease(dirname(folder));
        const encoder = lease.resources.encoder({ folder: basename(folder), runtime });
        await lease.ready();
        assert.ok((await encoder.probability(['ATTACK'], 'attack')) > 0.9);
        await resources.close();
      }
    }
  });

  for (const [how, message, where] of SPOILT) {
    it(`is refused by the check and by the start, naming the file: ${how}`, async () => {
      const folder = kept(spoilClassifier(how));
      const expected = (error: Error & { code?: string; where?: string }): boolean => {
        assert.equal(error.code, 'ERR_CONFIG');
        assert.match(error.message, message);
        assert.ok(error.where?.startsWith(join(folder, 'model.onnx')), error.where);
        assert.match(error.where!, where);
        return true;
      };
      const check = checkResources(dirname(folder));
      check.resources.encoder({ folder: basename(folder) });
      await assert.rejects(check.finish(), expected);
      const resources = new DetectorResources({ canaries: () => [] });
      const lease = resources.lease(dirname(folder));
      lease.resources.encoder({ folder: basename(folder) });
      await assert.rejects(lease.ready(), expected);
      await resources.close();
    });
  }

  it('is missed by the check where there is none', () => {
    assert.throws(() => checkResources(temporaryFolder('empty')).resources.encoder({ folder: 'none' }), {
      code: 'ERR_CONFIG',
      message: /no such folder/,
    });
  });

  it('may have nothing beside it that it does not name: no other file is read', async () => {
    // The browser's runtime was once given every file whose name begins like the graph's.
    const folder = kept(makeClassifier());
    symlinkSync('/dev/zero', join(folder, 'model.onnx_data'));
    writeFileSync(join(folder, 'model.onnx.data'), 'x');
    const resources = new DetectorResources({ canaries: () => [] });
    const lease = resources.lease(dirname(folder));
    lease.resources.encoder({ folder: basename(folder), runtime: 'wasm' });
    await lease.ready();
    await resources.close();
  });
});
