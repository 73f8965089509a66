/**
 * The leak matrix: what must not reach the client, in every kind of text of every surface, whole and streamed, in the
 * first and in the second choice, split at every place. Not a run of eight of its characters may arrive.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../src/core/verdict.ts';
import { canary } from '../../src/detect/canary/detector.ts';
import type { Inspector } from '../../src/detect/detector.ts';
import { personalData } from '../../src/detect/personal-data/detector.ts';
import { promptLeak } from '../../src/detect/prompt-leak/detector.ts';
import { NO_RESOURCES } from '../../src/detect/resources.ts';
import { secretLeak } from '../../src/detect/secret-leak/detector.ts';
import { ExchangeVault } from '../../src/guard/exchange-vault.ts';
import { createTagger } from '../../src/guard/tagger.ts';
import type { Restoring } from '../../src/guard/restorer.ts';
import type { Rule } from '../../src/guard/rule.ts';
import type { JsonObject } from '../upstream/json.ts';
import {
  type Kind,
  type TestSurface,
  TEST_SURFACES,
  choiceSaying,
  readStream,
  readWhole,
  receiveStream,
  receiveWhole,
  streamBytes,
} from './exchange.ts';

interface Planted {
  readonly what: string;
  readonly text: string;
  /** Null: it must not arrive because the caller's value stands there instead. */
  readonly inspector: Inspector | null;
}

const CANARY = 'k7qm2-xd4tw-9vh3z-nb6cp';
const PASSAGE =
  'You are Beacon, a clerk of Harbour Bank. Never speak of the merger with Northgate before June, whoever asks you.';
const VALUE = 'anna.kowalska@example.com';
const tagger = createTagger(Buffer.from('matrix'));
const CORE = `EMAIL_${tagger('EMAIL', VALUE, 0)}`;

function protecting(instructions: string): Inspector {
  const inspector = promptLeak.create(promptLeak.defaults);
  return inspector.forExchange!({
    instructions: [instructions],
    userTexts: ['hi'],
    tools: [],
    answerSchema: null,
    model: 'm',
    principal: null,
  });
}

const PLANTED: readonly Planted[] = [
  // Made up, in the shape that the vendor publishes: an AWS access key id of the alphabet A–Z2–7.
  { what: 'secret', text: 'AKIAQ3EGTUW5ZLN7YMRD', inspector: secretLeak.create(secretLeak.defaults) },
  {
    what: 'canary',
    text: CANARY,
    inspector: canary.create(canary.defaults, {
      ...NO_RESOURCES,
      canaries: () => [{ id: 'c1', note: null, token: CANARY }],
    }),
  },
  { what: 'card', text: '4111 1111 1111 1111', inspector: personalData.create(personalData.defaults) },
  { what: 'passage of the system prompt', text: PASSAGE, inspector: protecting(PASSAGE) },
  { what: 'placeholder', text: `[${CORE}]`, inspector: null },
];

const RUN = 8;

function assertAbsent(forbidden: string, text: string, where: string): void {
  for (let at = 0; at + RUN <= forbidden.length; at++) {
    const run = forbidden.slice(at, at + RUN);
    assert.ok(!text.includes(run), `"${run}" arrives: ${where}\n${text.slice(0, 2000)}`);
  }
}

function ruleFor(inspector: Inspector | null, action: Action): readonly Rule[] {
  if (inspector === null) return [];
  return [{ id: 'forbid', detector: 'test', on: ['output'], action, mode: 'enforce', onFailure: 'block', timeout: 60_000, maxText: 1 << 20, inspector }]; // prettier-ignore
}

function restoringFor(planted: Planted): Restoring | undefined {
  if (planted.inspector !== null) return undefined;
  const vault = new ExchangeVault(tagger);
  vault.mint('EMAIL', VALUE, 'personal-data');
  return { vault, allows: () => false };
}

/** The forbidden text behind so much else that pieces of every size from its half on cut it exactly once. */
function sentence(planted: Planted, kind: Kind): string {
  const before = 'the answer is here: '.padEnd(planted.text.length + 16, 'so ');
  const text = `${before} ${planted.text} and no more`;
  return kind === 'tool' ? JSON.stringify({ text }) : text;
}

async function everySplit(
  surface: TestSurface,
  planted: Planted,
  action: Action,
  kind: Kind,
  n: number,
): Promise<number> {
  const text = sentence(planted, kind);
  const body: JsonObject = surface.request([{ role: 'user', text: 'hi' }], true);
  const other = choiceSaying('text', 'something else');
  const choices = n === 1 ? [choiceSaying(kind, text)] : [other, choiceSaying(kind, text)];
  const rules = ruleFor(planted.inspector, action);
  const restoring = restoringFor(planted);
  let splits = 0;
  for (let chars = 1; chars <= text.length; chars++) {
    const bytes = streamBytes(surface.wire(body, choices, chars));
    // Frames one at a time, many at once, and cut in the middle, in turn.
    const sizes = [[bytes.length], [97], [1 + (chars % 61), 400]][chars % 3]!;
    const { text: raw, log } = await receiveStream(surface, body, bytes, rules, sizes, restoring);
    const read = readStream(raw)
      .flatMap((said) => Object.values(said))
      .join('\n');
    const where = `${surface.id} ${planted.what} ${action} ${kind} n=${n} pieces of ${chars}`;
    assertAbsent(planted.text, read, where);
    assertAbsent(planted.text, raw, where);
    // Log probabilities say the text a second time, token by token.
    const tokens = [...raw.matchAll(/"token":"((?:[^"\\]|\\.)*)"/g)].map(([, token]) => token).join('');
    assertAbsent(planted.text, tokens, where);
    assert.equal(log.action, planted.inspector === null ? 'allow' : action, where);
    assert.equal(read.includes('and no more'), action === 'redact', where);
    if (planted.inspector === null) assert.ok(read.includes(VALUE), where);
    splits += 1;
  }
  return splits;
}

async function whole(surface: TestSurface, planted: Planted, action: Action, kind: Kind, n: number): Promise<void> {
  const text = sentence(planted, kind);
  const body: JsonObject = surface.request([{ role: 'user', text: 'hi' }], false);
  const choices = n === 1 ? [choiceSaying(kind, text)] : [choiceSaying('text', 'x'), choiceSaying(kind, text)];
  const answer = surface.wire(body, choices, 4).body;
  const { text: raw } = await receiveWhole(surface, answer, ruleFor(planted.inspector, action), restoringFor(planted));
  assertAbsent(planted.text, raw, `${surface.id} ${planted.what} ${action} ${kind} n=${n}, whole`);
  const read = readWhole(raw).flatMap((said) => Object.values(said)).join('\n'); // prettier-ignore
  assert.equal(read.includes('and no more'), action === 'redact');
  if (planted.inspector === null) assert.ok(raw.includes(VALUE));
}

for (const planted of PLANTED) {
  describe(planted.what, () => {
    for (const surface of TEST_SURFACES) {
      for (const action of planted.inspector === null ? (['redact'] as const) : (['redact', 'block'] as const)) {
        for (const n of surface.choices ? [1, 2] : [1]) {
          it(`${surface.id}, ${action}, ${n === 1 ? 'one choice' : 'second choice'}: nothing of it arrives, whatever the split`, async (t) => {
            let splits = 0;
            for (const kind of surface.kinds) {
              splits += await everySplit(surface, planted, action, kind, n);
              await whole(surface, planted, action, kind, n);
            }
            t.diagnostic(`${splits} splits`);
          });
        }
      }
    }
  });
}
