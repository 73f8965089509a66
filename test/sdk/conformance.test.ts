import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { GROUPS } from './conformance.ts';
import type { OpenGroup } from './conformance.ts';
import { PAGE_PATH, renderPage } from './conformance-page.ts';
import type { SdkCase } from './sdk-case.ts';

const passed = new Set<SdkCase>();

for (const group of GROUPS) {
  describe(group.title, () => {
    let open: OpenGroup;
    before(async () => {
      open = await group.open();
    });
    after(() => open.close());
    for (const sdkCase of group.cases) {
      test(`${sdkCase.client} · ${sdkCase.surface} · ${sdkCase.name}`, { timeout: 30_000 }, async () => {
        await open.run(sdkCase);
        passed.add(sdkCase);
      });
    }
  });
}

test('docs/reference/conformance.md says what these tests show', (t) => {
  const total = GROUPS.flatMap(({ cases }) => cases).length;
  t.diagnostic(`${passed.size} of ${total} cases hold; the table is in docs/reference/conformance.md`);
  assert.equal(
    readFileSync(PAGE_PATH, 'utf8'),
    renderPage(passed),
    'Run node test/sdk/write-conformance.ts and look at what changed.',
  );
});
