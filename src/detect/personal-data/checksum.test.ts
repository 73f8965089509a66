import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KINDS, SHAPED_KINDS } from './catalogue.ts';
import { iso1110, iso97, luhn, verhoeff } from './checksum.ts';

const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((each) => each.join(''));

/** The number that a scheme accepts, of those that go on from `stem` with `places` digits. */
function completed(stem: string, places: number, accepts: (value: string) => boolean): string {
  for (let check = 0; check < 10 ** places; check++) {
    const value = stem + String(check).padStart(places, '0');
    if (accepts(value)) return value;
  }
  throw new Error(`no check digits for ${stem}`);
}

const SCHEMES = [
  // Luhn misses 09 and 90 changing places.
  {
    name: 'Luhn',
    accepts: luhn,
    places: 1,
    swaps: (a: string, b: string) => `${a}${b}` !== '09' && `${a}${b}` !== '90',
  },
  { name: 'Verhoeff', accepts: verhoeff, places: 1, swaps: () => true },
  { name: 'ISO 7064 MOD 97-10', accepts: iso97, places: 2, swaps: () => true },
  { name: 'ISO 7064 MOD 11,10', accepts: iso1110, places: 1, swaps: null },
] as const;

describe('check digits', () => {
  for (const { name, accepts, places, swaps } of SCHEMES) {
    it(`${name} notices every wrong digit`, () => {
      fc.assert(
        fc.property(digits(12), fc.nat(), fc.integer({ min: 1, max: 9 }), (stem, place, by) => {
          const value = completed(stem, places, accepts);
          const at = place % value.length;
          const wrong = value.slice(0, at) + String((Number(value[at]) + by) % 10) + value.slice(at + 1);
          assert.equal(accepts(wrong), false);
        }),
      );
    });
    if (swaps !== null)
      it(`${name} notices neighbours that changed places`, () => {
        fc.assert(
          fc.property(digits(12), fc.nat(), (stem, place) => {
            const value = completed(stem, places, accepts);
            const at = place % (value.length - 1);
            const [a, b] = [value[at]!, value[at + 1]!];
            fc.pre(a !== b && swaps(a, b));
            assert.equal(accepts(value.slice(0, at) + b + a + value.slice(at + 2)), false);
          }),
        );
      });
  }
});

describe('kinds with check digits', () => {
  for (const kind of SHAPED_KINDS.filter(({ checksum }) => checksum)) {
    it(`${kind.id} refuses most numbers of its form`, () => {
      const next = chance(7);
      const sample = Array.from({ length: 2000 }, (_, i) => formed(kind.shapes[i % kind.shapes.length]!.form, next));
      const kept = sample.filter((each) => kind.check(kind.asWritten === true ? each : plain(each))).length;
      assert.ok(kept <= sample.length * 0.2, `${kept} of ${sample.length}`);
    });
  }

  it('are of at least twenty countries', () => {
    const countries = new Set(
      KINDS.filter(({ group, checksum }) => group === 'national-id' && checksum).map(({ region }) => region),
    );
    countries.delete(undefined);
    assert.ok(countries.size >= 20, `${countries.size}`);
  });
});

/** Numbers from 0 to below 1, the same for the same seed (Park and Miller). */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
}

const SYMBOLS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Random text of a form as `Shape` describes it. */
function formed(form: string, next: () => number): string {
  const some = (length: number, from: number, to: number): string =>
    Array.from({ length }, () => SYMBOLS[from + Math.floor(next() * (to - from))]!).join('');
  return form.replace(/X(\d+)|\d+|A/g, (part, word: string | undefined) => {
    if (word !== undefined) return some(Number(word), 0, 36);
    return part === 'A' ? some(1, 10, 36) : some(Number(part), 0, 10);
  });
}

function plain(written: string): string {
  return written.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
}
