import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GROUPS } from './conformance.ts';
import { PAGE_PATH, renderPage } from './conformance-page.ts';
import type { SdkCase } from './sdk-case.ts';

/**
 * Runs every conformance case and writes `docs/reference/conformance.md`; with `--check` it writes nothing and fails
 * when the page says something else. Exit code 1 also when a case does not hold.
 */
const check = process.argv.includes('--check');
const passed = new Set<SdkCase>();
let failed = 0;

for (const group of GROUPS) {
  const open = await group.open();
  for (const sdkCase of group.cases) {
    try {
      await open.run(sdkCase);
      passed.add(sdkCase);
    } catch (error) {
      failed += 1;
      const { client, surface, name } = sdkCase;
      console.error(`no: ${group.title}: ${client}, ${surface}, ${name}\n    ${String(error)}`);
    }
  }
  await open.close();
}

const page = renderPage(passed);
if (check) {
  const written = readFileSync(PAGE_PATH, 'utf8');
  if (written !== page) {
    console.error(
      'docs/reference/conformance.md does not say what the cases show: run node test/sdk/write-conformance.ts',
    );
    process.exitCode = 1;
  }
} else {
  mkdirSync(dirname(PAGE_PATH), { recursive: true });
  writeFileSync(PAGE_PATH, page);
}
console.log(`${passed.size} of ${passed.size + failed} cases hold.`);
if (failed > 0) process.exitCode = 1;
