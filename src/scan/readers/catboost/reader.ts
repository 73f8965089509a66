import { memorySource } from '../../../bytes/byte-source.ts';
import { findJsonObjects } from '../../find-json-objects.ts';
import type { Reader } from '../../reader.ts';

const MAX_JSON = 1000;

/** CatBoost's own format: `CBM1`, a length, a FlatBuffer of the trees with parameters in JSON, and parts behind it. */
export const catboost: Reader<'catboost'> = {
  id: 'catboost',
  title: 'CatBoost',
  extensions: ['.cbm'],
  sniff: ({ head }) => Buffer.from(head.subarray(0, 4)).toString('latin1') === 'CBM1',
  read: ({ source }, observer) => {
    const head = Buffer.from(source.read(0, 12).slice());
    if (head.length < 12) return observer.incomplete('the model is cut off');
    const size = head.readUInt32LE(4);
    const root = head.readUInt32LE(8);
    const header = (issue: string, offset: number): void => {
      observer.fact({ kind: 'header', offset, format: 'CatBoost', issue, overflow: true });
      observer.incomplete('the model cannot be read');
    };
    if (8 + size > source.size) return header(`${size} bytes of trees are announced, which do not fit`, 4);
    if (root + 4 > size) return header('its root table lies outside', 8);
    // The table of the root: its description lies before it, at a distance that it states.
    const table = Buffer.from(source.read(8 + root, 4).slice());
    const fields = root - table.readInt32LE(0);
    if (fields < 0 || fields + 4 > size) return header('its root table has no description', 8 + root);
    let found = 0;
    for (const { offset, bytes } of findJsonObjects(source)) {
      if (++found > MAX_JSON) return observer.incomplete(`more than ${MAX_JSON} JSON texts`);
      observer.member(`(parameters at ${offset}).json`, memorySource(bytes));
    }
  },
};
