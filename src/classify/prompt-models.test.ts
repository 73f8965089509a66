import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readModel } from './model-file.ts';

const FOLDER = join(import.meta.dirname, 'models');
/** The models that `npm run train:prompts` makes. */
const names = ['user-attack', 'embedded-instruction'];

interface Manifest {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly features: number;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
}

/** What a card must say; a reader who must answer for a model looks for these. */
const HEADINGS = ['Purpose', 'Training data', 'Split', 'Figures', 'Limits', 'Making it again'];

for (const name of names) {
  describe(name, () => {
    const bytes = readFileSync(join(FOLDER, `${name}.bin`));
    const manifest = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Manifest;

    it('is the file that its manifest names', () => {
      assert.equal(manifest.file, `${name}.bin`);
      assert.equal(manifest.bytes, bytes.length);
      assert.equal(manifest.sha256, createHash('sha256').update(bytes).digest('hex'));
      const model = readModel(bytes, manifest.file);
      assert.equal(model.header.name, name);
      assert.equal(model.keys.length, manifest.features);
      assert.deepEqual(model.header.heads[0]!.thresholds, manifest.thresholds);
    });

    it('is small', () => {
      assert.ok(bytes.length <= 1.5 * 2 ** 20);
    });

    it('has a card with what a reader looks for, which names the file by its digest and every source', () => {
      const card = readFileSync(join(FOLDER, `${name}.md`), 'utf8');
      assert.deepEqual(
        [...card.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
        HEADINGS,
      );
      assert.ok(card.includes(manifest.sha256));
      for (const source of Object.keys(manifest.sources)) assert.ok(card.includes(source), `the card names ${source}`);
    });
  });
}
