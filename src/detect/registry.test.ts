import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Finding } from '../core/finding.ts';
import { LAYERS } from '../core/layer.ts';
import { SEVERITIES } from '../core/severity.ts';
import { THREATS } from '../core/threat.ts';
import { STAGES } from '../core/verdict.ts';
import { COSTS, type Detector, type Subject } from './detector.ts';
import { DETECTORS } from './registry.ts';
import { fixtureInspector } from '../../test/detect/fixture-inspector.ts';
import { growthExponent } from '../../test/detect/growth-exponent.ts';
import { STAND_IN_RESOURCES } from '../../test/detect/stand-in-resources.ts';
import { releaseThroughGuard } from '../../test/detect/release-through-guard.ts';

/**
 * The contract that every detector keeps. Adding one means a folder and a line in `registry.ts`; everything here then
 * applies to it.
 */
const HEADINGS = ['Purpose', 'What it finds', 'What it does not find', 'Options', 'Streaming', 'Cost', 'References'];
const ROOM = import.meta.dirname;
/** Units of a long text: what grows with the square of them takes minutes. */
const LONG = 1 << 18;
/** Exponent of growth that is still called linear: between 1 and the 2 of quadratic work, nearer to 2 because clocks are rough. */
const STEEPEST = 1.6;

/** What hostile text is made of for any detector; each adds its own in `fixtures/hostile`. */
const PLAIN_ATOMS = ['a', ' ', '\n', '-', '="', '\\', '{(:@', 'aA1', 'a b', '\ud800'];

const detectors = DETECTORS as readonly unknown[] as readonly Detector<string, unknown>[];

function fixtures(id: string, verdict: 'hit' | 'miss' | 'hostile'): { readonly name: string; readonly text: string }[] {
  const folder = join(ROOM, id, 'fixtures', verdict);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** Options of a detector that finds nothing without being told what: `fixtures/options.json`. */
function neededOptions(id: string): unknown {
  const setup = readFileSync(join(ROOM, id, 'fixtures/setup.json'), 'utf8');
  return (JSON.parse(setup) as { options: unknown }).options;
}

function subjectFor(detector: Detector<string, unknown>): Subject {
  return {
    stage: detector.meta.stages[0]!,
    role: 'assistant',
    origin: detector.meta.origins?.[0] ?? 'model',
    kind: 'text',
  };
}

/** Asserts what holds for the findings of any text. */
function assertWellFormed(id: string, text: string, findings: readonly Finding[]): void {
  let last = 0;
  for (const { rule, severity, message, span, mask, label, score } of findings) {
    assert.match(rule, new RegExp(`^${id}/[a-z0-9]+(?:-[a-z0-9]+)*$`));
    assert.ok(SEVERITIES.includes(severity));
    assert.match(label, /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/);
    assert.ok(score === undefined || (score >= 0 && score <= 1));
    assert.ok(Number.isInteger(span.start) && Number.isInteger(span.end));
    assert.ok(
      last <= span.start && span.start < span.end && span.end <= text.length,
      'spans are inside the text, ordered, and do not overlap',
    );
    last = span.end;
    const matched = text.slice(span.start, span.end);
    assert.ok(mask.length <= 64);
    // The beginning may be public; the rest is what would help somebody.
    const rest = matched.slice(matched.length >> 1);
    if (rest.length >= 4) {
      assert.ok(!mask.includes(rest), `the mask shows what it should hide: ${rule}`);
      assert.ok(!message.includes(rest), `the message shows what it should hide: ${rule}`);
    }
  }
}

it('has one folder for each registered detector and the other way round', () => {
  const folders = readdirSync(ROOM, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  assert.deepEqual(detectors.map(({ meta }) => meta.id).sort(), folders.sort());
  assert.equal(new Set(folders).size, detectors.length);
});

for (const detector of detectors) {
  const { id } = detector.meta;

  describe(id, () => {
    const needed = detector.meta.needs !== undefined;
    const inspector = fixtureInspector(detector);
    const subject = subjectFor(detector);
    const hits = fixtures(id, 'hit');
    const misses = fixtures(id, 'miss');

    it('says what it is', () => {
      const { meta } = detector;
      assert.match(meta.id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      assert.ok(meta.title.length > 0 && meta.title.length <= 40);
      assert.match(meta.summary, /^[A-Z].*\.$/);
      assert.ok(meta.threats.length > 0 && meta.threats.every((threat) => THREATS.includes(threat)));
      assert.ok(meta.layers.length > 0 && meta.layers.every((layer) => LAYERS.includes(layer)));
      assert.ok(meta.stages.length > 0 && meta.stages.every((stage) => STAGES.includes(stage)));
      assert.ok(COSTS.includes(meta.cost));
      for (const reference of meta.references) assert.match(reference, /^https:\/\//);
    });

    it('has a README with the headings that readers look for', () => {
      const readme = readFileSync(join(ROOM, id, 'README.md'), 'utf8');
      assert.deepEqual(
        [...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
        HEADINGS,
      );
      for (const section of readme.split(/^## .+$/m).slice(1))
        assert.ok(section.trim().length > 20, 'no section is empty');
    });

    it('accepts its own defaults, fills them in, and refuses keys that it does not know', () => {
      const schema = detector.options(z);
      if (needed) {
        assert.equal(schema.safeParse(detector.defaults).success, false, 'what is needed has no default');
        const given = neededOptions(id) as object;
        assert.deepEqual(schema.parse(given), { ...(detector.defaults as object), ...given });
      } else {
        assert.deepEqual(schema.parse(detector.defaults), detector.defaults);
        assert.deepEqual(schema.parse({}), detector.defaults);
      }
      assert.equal(
        schema.safeParse({
          ...(needed ? (neededOptions(id) as object) : (detector.defaults as object)),
          'no-such-option': 1,
        }).success,
        false,
      );
      z.toJSONSchema(schema as z.ZodType, { io: 'input' });
    });

    it('has fixtures of both kinds', () => {
      assert.ok(hits.length > 0 && misses.length > 0);
    });

    for (const { name, text } of hits) {
      it(`finds something in hit/${name}`, async () => {
        const findings = await inspector.inspect(text, subject);
        assert.ok(findings.length > 0);
        assertWellFormed(id, text, findings);
      });
    }

    for (const { name, text } of misses) {
      it(`finds nothing in miss/${name}`, async () => {
        assert.deepEqual(await inspector.inspect(text, subject), []);
      });
    }

    it('lets its tiers decide, where it has some', async () => {
      const band = [0, 1];
      const encoder = { folder: 'stand-in', labels: ['MATCH'], band };
      const judge = { url: 'https://judge.example/v1', model: 'stand-in', band };
      const own = existsSync(join(ROOM, id, 'fixtures/setup.json')) ? (neededOptions(id) as object) : {};
      if (needed || !detector.options(z).safeParse({ ...own, encoder, judge }).success) return;
      for (const [tier, tiers] of [
        ['encoder', { encoder }],
        ['judge', { judge }],
        ['judge', { encoder, judge }],
      ] as const) {
        const withTier = detector.create(detector.options(z).parse({ ...own, ...tiers }), STAND_IN_RESOURCES);
        assert.equal(withTier.slow, true);
        const elephant = 'The elephant walks into the bank and asks for a loan.';
        const found = await withTier.inspect(elephant, subject);
        assert.deepEqual(
          found.map(({ rule, score }) => [rule, score]),
          [[`${id}/${tier}`, 0.97]],
        );
        assertWellFormed(id, elephant, found);
        for (const { text } of hits)
          assert.deepEqual(await withTier.inspect(text, subject), [], 'a tier takes it back');
      }
    });

    it('never throws, whatever the text, and keeps its findings well formed', async () => {
      const unit = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xd800, 0xdc00, 0, 10, 34, 92));
      const noise = fc.array(unit, { maxLength: 200 }).map((units) => String.fromCharCode(...units));
      const parts = [...hits, ...misses].map(({ text }) => text);
      const spliced = fc
        .tuple(fc.constantFrom(...parts), fc.constantFrom(...parts), noise, fc.nat(), fc.nat())
        .map(([a, b, junk, i, j]) => a.slice(0, i % (a.length + 1)) + junk + b.slice(j % (b.length + 1)));
      await fc.assert(
        fc.asyncProperty(fc.oneof(noise, spliced), async (text) => {
          assertWellFormed(id, text, await inspector.inspect(text, subject));
          const hold = inspector.streaming?.holdFrom(text) ?? text.length;
          assert.ok(Number.isInteger(hold) && hold >= 0 && hold <= text.length);
        }),
        { numRuns: 300 },
      );
    });

    it('takes time linear in the text, however it was made', async () => {
      const atoms = [
        ...PLAIN_ATOMS,
        ...fixtures(id, 'hostile').flatMap(({ text }) => text.split('\n').filter((line) => line !== '')),
        ...hits.slice(0, 3).map(({ text }) => text),
      ];
      for (const atom of atoms) {
        const text = atom.repeat(Math.ceil(LONG / atom.length)).slice(0, LONG);
        const works = [async (part: string) => void (await inspector.inspect(part, subject))];
        if (inspector.streaming) works.push(async (part) => void inspector.streaming!.holdFrom(part));
        for (const work of works) {
          const exponent = await growthExponent(text, work, STEEPEST);
          assert.ok(
            exponent <= STEEPEST,
            `n^${exponent.toFixed(2)} on repetitions of ${JSON.stringify(atom.slice(0, 40))}`,
          );
        }
      }
    });

    const { streaming } = inspector;
    if (streaming === undefined) return;

    it('never lets a unit of a finding leave a stream, wherever it is split in two', async () => {
      for (const { name, text } of hits) {
        const whole = await inspector.inspect(text, subject);
        for (let split = 0; split <= text.length; split++) {
          const leaked = await releaseThroughGuard(
            inspector,
            subject,
            [text.slice(0, split), text.slice(split)],
            whole,
          );
          assert.equal(leaked, -1, `hit/${name}, split at ${split}: unit ${leaked} left`);
        }
      }
    });

    it('settles what it lets go: a longer text neither adds to it nor changes it', async () => {
      for (const { name, text } of hits) {
        const whole = await inspector.inspect(text, subject);
        for (let end = 0; end <= text.length; end++) {
          const part = text.slice(0, end);
          const hold = streaming.holdFrom(part);
          assert.ok(hold >= 0 && hold <= end);
          if (whole.every(({ span }) => span.start >= hold)) continue;
          const partly = await inspector.inspect(part, subject);
          for (const { span } of whole) {
            const same = partly.some((other) => other.span.start === span.start && other.span.end === span.end);
            assert.ok(
              span.start >= hold || same,
              `hit/${name}, after ${end} units: finding at ${span.start} was let go`,
            );
          }
        }
      }
    });

    it('never lets a unit of a finding leave a stream of random pieces with text around it', async () => {
      const filler = fc.stringMatching(/^[a-z ,."=:\n-]{0,400}$/);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...hits),
          filler,
          filler,
          fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 12 }),
          async ({ text: hit }, before, after, sizes) => {
            const text = `${before}\n${hit}\n${after}`;
            const pieces: string[] = [];
            for (let at = 0, i = 0; at < text.length; i++) {
              const size = sizes[i % sizes.length]!;
              pieces.push(text.slice(at, at + size));
              at += size;
            }
            const whole = await inspector.inspect(text, subject);
            assert.equal(await releaseThroughGuard(inspector, subject, pieces, whole), -1);
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}
