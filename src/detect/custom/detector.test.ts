import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { EMPTY_CONTEXT } from '../../../test/detect/fixture-inspector.ts';
import { releaseThroughGuard } from '../../../test/detect/release-through-guard.ts';
import type { Subject } from '../detector.ts';
import { boundPattern } from './bounded-pattern.ts';
import { custom } from './detector.ts';

const subject: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };
const make = (options: unknown) => custom.create(custom.options(z).parse(options));

async function found(options: unknown, text: string): Promise<readonly string[]> {
  const findings = await make(options).inspect(text, subject);
  return findings.map(({ rule, span }) => `${rule.slice(7)}:${text.slice(span.start, span.end)}`);
}

/** What a wrong configuration is told. */
function problems(options: unknown): string {
  const { error } = custom.options(z).safeParse(options);
  return error === undefined ? '' : error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}

describe('custom', () => {
  for (const [regex, flags, text, expected] of [
    ['a+b', '', 'xaaab', 'aaab'],
    ['(?P<k>id)-\\d+', '', 'my id-77', 'id-77'],
    ['^secret$', 'm', 'a\nsecret\nb', 'secret'],
    ['[[:alpha:]\\]]+!', '', 'say a]b!', 'a]b!'],
    ['\\Qa.b\\E\\d', '', 'axb1 a.b2', 'a.b2'],
    ['(?i:key)\\s*=\\s*\\S+', '', 'KEY  = v1', 'KEY  = v1'],
    ['(?:ab|c){2,}', '', 'xabcab', 'abcab'],
    ['(\\w+ )+end', '', 'one two end', 'one two end'],
    ['straße', 'i', 'Die STRAßE', 'STRAßE'],
    ['x{,2}y', '', 'x{,2}y', 'x{,2}y'],
    ['.\\x{1F600}+', '', 'a😀😀', 'a😀😀'],
    ['skills', 'i', 'SKILLS', 'SKILLS'],
  ] as const) {
    it(`finds /${regex}/${flags}`, async () => {
      assert.deepEqual(await found({ patterns: [{ name: 'p', regex, flags }] }, text), [`p:${expected}`]);
    });
  }

  it('knows how long a match of a pattern can be', () => {
    for (const [regex, longest] of [
      ['ORD-\\d{8}', 12],
      ['\\d+', 64],
      ['a*?b{2,3}', 67],
      ['(?:ab|cde)?f', 4],
      ['\\bend$', 3],
      ['[^a]', 2],
      ['(a{1,3}){4}', 12],
      ['(a+)+', 64 * 15],
    ] as const) {
      const bounded = boundPattern(regex, '', 64);
      assert.ok('longest' in bounded, regex);
      assert.equal(bounded.longest, longest, regex);
    }
  });

  it('never matches more than it said, whatever the pattern', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '\\w', 'é', '😀', '(?:a|bc)', '\\b', '^');
    const repeat = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '+?');
    const pattern = fc
      .array(fc.tuple(atom, repeat), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^(?:[abcé ]|😀){0,200}$/), (regex, text) => {
        const bounded = boundPattern(regex, '', 8);
        if (!('compiled' in bounded)) return;
        const matcher = bounded.compiled.matcher(text);
        while (matcher.find()) assert.ok(matcher.end() - matcher.start() <= bounded.longest, regex);
      }),
      { numRuns: 500 },
    );
  });

  it('lets nothing of any pattern or word leave a stream, in rows and overlapping', async () => {
    const options = {
      patterns: [
        { name: 'three', regex: '\\d{3}' },
        { name: 'odd', regex: 'ab|ba+c|cab' },
        { name: 'led', regex: 'key=\\w+' },
        { name: 'line', regex: '^x.y$', flags: 'm' },
      ],
      keywords: [
        { name: 'word', words: ['abc', 'bcab', 'c a'] },
        { name: 'part', words: ['1a', 'a1b2'], wholeWord: false, disguised: true },
      ],
    };
    const inspector = make(options);
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[abc123 =\nkeyx@]{1,120}$/),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 }),
        async (text, sizes) => {
          const whole = await inspector.inspect(text, subject);
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) pieces.push(text.slice(at, (at += sizes[i % sizes.length]!)));
          assert.equal(await releaseThroughGuard(inspector, subject, pieces, whole), -1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('compares words as it is told', async () => {
    const words = (more: object) => ({ keywords: [{ name: 'w', words: ['Grüße', 'new  line'], ...more }] });
    assert.deepEqual(await found(words({}), 'GRÜSSE grüße, new\n\nline newline'), ['w:grüße', 'w:new\n\nline']);
    assert.deepEqual(await found(words({ caseSensitive: true }), 'grüße Grüße'), ['w:Grüße']);
    assert.deepEqual(await found(words({}), 'Begrüßen'), []);
    assert.deepEqual(await found(words({ wholeWord: false }), 'Ohnegrüße!'), ['w:grüße']);
    const disguised = { keywords: [{ name: 'w', words: ['password'], disguised: true }] };
    for (const text of ['p4ssw0rd', 'PА55WОRD', 'pass\u200bword', 'ｐａｓｓｗｏｒｄ', 'pàsswörd'])
      assert.deepEqual(await found(disguised, `a ${text} b`), [`w:${text}`]);
    assert.deepEqual(await found(disguised, 'passwords'), []);
  });

  it('judges whole texts by conditions, over what was found in them', async () => {
    const options = {
      keywords: [{ name: 'sorry', words: ['sorry'], severity: 'info' }],
      conditions: [
        {
          name: 'grovels',
          when: 'count["sorry"] >= 3 && role == "assistant"',
          severity: 'high',
          message: 'Too sorry.',
        },
      ],
    };
    const inspector = make(options);
    assert.equal(inspector.streaming, undefined);
    assert.equal(inspector.alone, true);
    assert.deepEqual(await found(options, 'sorry sorry'), ['sorry:sorry', 'sorry:sorry']);
    assert.deepEqual(await found(options, 'sorry sorry sorry'), ['grovels:sorry sorry sorry']);
    assert.deepEqual(await found({ conditions: [{ name: 'c', when: 'text.lines > 1 && text.length < 9' }] }, 'a\nb'), [
      'c:a\nb',
    ]);
  });

  it('looks only in exchanges for which it is meant', async () => {
    const inspector = make({
      patterns: [{ name: 'p', regex: 'x' }],
      when: 'principal.team == "red" && model.startsWith("gpt")',
    });
    const at = (model: string, team: string | null) =>
      inspector.forExchange!({ ...EMPTY_CONTEXT, model, principal: { id: 'a', team } }).inspect('x', subject);
    assert.equal((await at('gpt-5', 'red')).length, 1);
    assert.equal((await at('gpt-5', null)).length, 0);
    assert.equal((await at('o3', 'red')).length, 0);
    assert.equal((await inspector.inspect('x', subject)).length, 0);
  });

  for (const [name, options, message] of [
    ['a bracket', { patterns: [{ name: 'p', regex: 'ab(c' }] }, /patterns\.0\.regex: column 1: missing closing \)/],
    ['look-ahead', { patterns: [{ name: 'p', regex: 'a(?=b)' }] }, /column 2: invalid or unsupported Perl syntax/],
    ['a back-reference', { patterns: [{ name: 'p', regex: '(a)\\1' }] }, /column 4: invalid escape sequence/],
    ['nothing', { patterns: [{ name: 'p', regex: '^$' }] }, /matches no text but the empty one/],
    ['too much', { patterns: [{ name: 'p', regex: '.{1000}.{1000}.{100}' }] }, /up to 4200 characters/],
    ['three deep', { patterns: [{ name: 'p', regex: '((a+)+)+' }] }, /column 8: repeats without an end what repeats/],
    ['no such group', { patterns: [{ name: 'p', regex: 'a', group: 'g' }] }, /patterns\.0\.group: there is no group/],
    ['an unknown flag', { patterns: [{ name: 'p', regex: 'a', flags: 'g' }] }, /any of i, m and s/],
    ['an empty word', { keywords: [{ name: 'k', words: [' '] }] }, /is empty/],
    ['a name', { keywords: [{ name: 'A b', words: ['x'] }] }, /lower-case words/],
    ['CEL that is cut off', { conditions: [{ name: 'c', when: 'text.length >' }] }, /column 14: Unexpected token/],
    ['an unknown fact', { conditions: [{ name: 'c', when: 'text.words > 1' }] }, /column 6: No such key: words/],
    ['a wrong type', { conditions: [{ name: 'c', when: 'role > 1' }] }, /no such overload/],
    ['no answer', { conditions: [{ name: 'c', when: 'text.length' }] }, /is of type int, not bool/],
    ['a text where there is none', { when: 'text.length > 1' }, /Unknown variable: text/],
    ['a backtracking match', { when: 'model.matches("(a+)+$")' }, /column 1: may not use matches/],
    ['loops in loops', { when: '[1].all(a, [2].all(b, a < b))' }, /may not have one loop inside another/],
  ] as const) {
    it(`says what is wrong with ${name}, and where`, () => {
      assert.match(problems(options), message);
    });
  }
});
