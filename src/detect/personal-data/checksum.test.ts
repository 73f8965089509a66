import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KINDS, SHAPED_KINDS } from './catalogue.ts';
import { iso1110, iso97, luhn, verhoeff } from './checksum.ts';

const digits = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

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
      const pools = kind.shapes.map(({ form }) => form);
      const value = fc.constantFrom(...pools).chain(formed);
      const sample = fc.sample(value, { numRuns: 2000, seed: 7 });
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

/** Random text of a form as `Shape` describes it. */
function formed(form: string): fc.Arbitrary<string> {
  const parts = [...form.matchAll(/X(\d+)|\d+|[^\d]/g)].map(([part, word]) => {
    if (word !== undefined) return fc.stringMatching(new RegExp(`^[0-9A-Z]{${word}}$`));
    if (/^\d/.test(part)) return digits(Number(part));
    return part === 'A' ? fc.stringMatching(/^[A-Z]$/) : fc.constant(part);
  });
  return fc.tuple(...parts).map((each) => each.join(''));
}

function plain(written: string): string {
  return written.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
}
