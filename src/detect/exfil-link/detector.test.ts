import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Finding } from '../../core/finding.ts';
import { releaseThroughGuard } from '../../../test/detect/release-through-guard.ts';
import type { Subject } from '../detector.ts';
import { carriesData } from './carried-data.ts';
import { exfilLink, type ExfilLinkOptions } from './detector.ts';
import { LONGEST } from './destination.ts';

const subject: Subject = { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' };

function find(text: string, options: Partial<ExfilLinkOptions> = {}): readonly Finding[] {
  return exfilLink.create({ ...exfilLink.defaults, ...options }).inspect(text, subject) as readonly Finding[];
}

const rules = (text: string, options?: Partial<ExfilLinkOptions>): readonly string[] =>
  find(text, options).map((one) => `${one.rule.slice('exfil-link/'.length)} ${one.severity}`);

describe('what a client fetches by itself', () => {
  for (const text of [
    '![a](https://evil.example/x)',
    '![a]( <https://evil.example/x y> "title")',
    '![a](\nhttps://evil.example/x)',
    '![a [nested] b](https://evil.example/x)',
    '![a \\] b](https://evil.example/x)',
    '![`]`](https://evil.example/x)',
    '[![a](https://evil.example/x)](/home)',
    '![a](//evil.example/x)',
    '![a](\\\\evil.example/x)',
    '![a](/\\evil.example/x)',
    '![a](https:evil.example)',
    '![a](http:/evil.example)',
    '![a](https://%65vil.example/x)',
    '![a](https://evil。example/x)',
    '![a](https\\:\\/\\/evil.example)',
    '![a](&#x68;ttps://evil.example)',
    '![a](&#00000000000000000000000104;ttps://evil.example)',
    '![a](https&colon;&sol;&sol;evil&period;example)',
    '![a](file://evil.example/share)',
    `![a](${' '.repeat(LONGEST + 1)}https://evil.example/x)`,
    `![a](https://evil.example/${'x'.repeat(3 * LONGEST)})`,
    `![${'a'.repeat(2000)}](https://evil.example/x)`,
  ]) {
    it(`is an image: ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.deepEqual(
        find(text).map(({ rule }) => rule),
        [/ {9}/.test(text) ? 'exfil-link/scheme' : 'exfil-link/image'],
      );
      assert.ok(['high', 'critical'].includes(find(text)[0]!.severity));
    });
  }

  for (const text of [
    '<img src="https://evil.example/x">',
    "<img src='https://evil.example/x'>",
    '<img src=https://evil.example/x>',
    '<IMG\nSRC\n=\n"ht\ntps://evil.example/x">',
    '<img/src="//evil.example">',
    '<img alt="x"src="//evil.example">',
    '<img alt=">" src="//evil.example">',
    `<img alt="${'a'.repeat(3000)}" src="//evil.example">`,
    '<img src="data:image/svg+xml,<svg/>">',
    '<img srcset="a.png 1x,//evil.example/b 2x">',
    '<link rel=stylesheet href=//evil.example/a.css>',
    '<script src="//evil.example/a.js"></script>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<object data="//evil.example"></object>',
    '<video poster=//evil.example/p></video><source src=a>',
    '<a href="/" ping="//evil.example">x</a>',
    '<base href="//evil.example/">',
    '<svg><image xlink:href="//evil.example/x"/></svg>',
    '<form action="//evil.example">',
    '<button formaction="//evil.example">',
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    '<meta http-equiv="refresh" content="0 //evil.example">',
    '<body background="//evil.example/x">',
    '<p style="background:url(//evil.example)">',
    '<p style="background:url&#40;//evil.example&#41;">',
    '<style>@import "//evil.example/a.css"</style>',
    '<style>a{b:image-set("//evil.example/x" 1x)}</style>',
    '<iframe srcdoc="&lt;img src=//evil.example&gt;">',
    '<iframe srcdoc="<iframe srcdoc=\'<iframe srcdoc=x>\'>">',
    '{"html":"<img src=\\"https:\\/\\/evil.example\\/x\\">"}',
  ]) {
    it(`is HTML or CSS: ${JSON.stringify(text.slice(0, 60))}`, () => {
      const found = find(text);
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.ok(['exfil-link/html', 'exfil-link/css', 'exfil-link/script'].includes(found[0]!.rule), found[0]!.rule);
      assert.equal(found[0]!.severity, 'high');
    });
  }

  it('is what a reference defines', () => {
    assert.deepEqual(rules('![a][1]\n\n [1]: https://evil.example/x'), ['reference medium']);
    assert.deepEqual(rules('> - [a b]: <https://evil.example/x>'), ['reference medium']);
    assert.deepEqual(rules('[1]:\n  //evil.example/x'), ['reference medium']);
    assert.deepEqual(rules('[^1]: see https://docs.example/x', { minSeverity: 'info' }), ['link low']);
  });
});

describe('links that wait for a click', () => {
  const low = { minSeverity: 'info' } as const;
  it('are mild by themselves', () => {
    for (const text of [
      '[a](https://other.example/x)',
      'see https://other.example/x.',
      'see www.other.example!',
      '<https://other.example>',
      '<a href="https://other.example">x</a>',
    ]) {
      assert.deepEqual(rules(text, low), ['link low'], text);
      assert.deepEqual(rules(text), [], text);
    }
  });

  it('weigh more with data, a disguise or a script in them', () => {
    assert.deepEqual(rules('[a](https://other.example/?q=YWxpY2UgaGFzIDEyMDAgZXVyb3MgbGVmdA)'), ['link high']);
    assert.deepEqual(rules('https://YWxpY2UgaGFzIDEyMDAgZXVyb3MgbGVmdA.other.example/'), ['link high']);
    assert.deepEqual(rules('https://bank.example@other.example/'), ['link medium']);
    assert.deepEqual(rules('http://3232235777/'), ['link medium']);
    assert.deepEqual(rules('http://192.168.1.1/'), []);
    assert.deepEqual(rules('https://pаypal.com/'), ['link medium']);
    assert.deepEqual(rules('https://münchen.example/'), []);
    assert.deepEqual(rules('[a](javascript:alert(1))'), ['script high']);
    assert.deepEqual(rules('<javascript:alert(1)>'), ['script high']);
    assert.deepEqual(rules('[a](data:text/html;base64,PHNjcmlwdD4=)'), ['script high']);
    assert.deepEqual(rules('[a](vscode://file/x)', low), ['scheme low']);
  });

  it('end where the sentence goes on', () => {
    const text = '(see https://other.example/a_(b)), or "https://other.example/c".';
    assert.deepEqual(
      find(text, low).map(({ span }) => text.slice(span.start, span.end)),
      ['https://other.example/a_(b)', 'https://other.example/c'],
    );
  });
});

describe('the allow-list', () => {
  const allow = ['docs.example.com', '*.bank.example'];
  it('takes hosts and what stands below a domain', () => {
    for (const host of ['docs.example.com', 'DOCS.example.com.', 'cdn.bank.example', 'a.b.bank.example'])
      assert.deepEqual(rules(`![a](https://${host}/x)`, { allow }), [], host);
    for (const host of [
      'example.com',
      'evil-docs.example.com',
      'docs.example.com.evil.example',
      'bank.example',
      'evilbank.example',
      'docs.example.com@evil.example',
      'docs.example.com:443@evil.example',
    ])
      assert.equal(rules(`![a](https://${host}/x)`, { allow }).length, 1, host);
  });

  it('does not take the query of an allowed address for an address', () => {
    assert.deepEqual(
      rules('[a](https://docs.example.com/?next=https://evil.example/)', { allow, minSeverity: 'info' }),
      [],
    );
    assert.deepEqual(rules('https://docs.example.com/?next=https://evil.example/', { allow, minSeverity: 'info' }), []);
  });

  it('refuses entries that would allow anybody', () => {
    const schema = exfilLink.options(z);
    for (const entry of ['*.github.io', '*.co.uk', '*.com', 'https://a.example', 'a.example/x', 'A.example', '*', ''])
      assert.equal(schema.safeParse({ allow: [entry] }).success, false, entry);
    for (const entry of ['*.me.github.io', '*.a.co.uk', 'localhost', '10.0.0.1', '[::1]', 'github.io'])
      assert.equal(schema.safeParse({ allow: [entry] }).success, true, entry);
  });

  it('can be a list of schemes', () => {
    const options = { allow, schemes: ['https'] };
    assert.deepEqual(rules('![a](http://docs.example.com/x)', options), ['scheme high']);
    assert.deepEqual(rules('[a](mailto:a@b.example)', { ...options, links: 'medium' }), ['scheme medium']);
  });
});

it('leaves kinds out that are off', () => {
  const text = '![a](https://evil.example/x) <img src=//evil.example> [1](javascript:x)\n[r]: //evil.example';
  assert.equal(find(text).length, 4);
  assert.deepEqual(rules(text, { images: 'off', links: 'off', html: 'off' }), ['reference medium']);
  assert.deepEqual(rules(text, { images: 'off', links: 'off', html: 'off', references: 'off' }), []);
});

it('tells data in a URL from the names of pages', () => {
  for (const url of [
    'https://a.example/docs/getting-started/installing-the-thing-on-your-own-machine.html',
    'https://a.example/commit/3f5a0c1b2d4e6f708192a3b4c5d6e7f8091a2b3c',
    'https://a.example/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit',
    'https://a.example/watch?v=dQw4w9WgXcQ&t=42s',
    'https://a.example/search?q=how+to+open+an+account',
    'https://a.example/a?utm_source=newsletter&utm_campaign=spring-2026&id=123e4567-e89b-12d3-a456-426614174000',
  ])
    assert.equal(carriesData(new URL(url)), false, url);
  for (const url of [
    'https://a.example/?d=616c6963652068617320313230306575726f73',
    'https://a.example/616c6963652068617320313230306575726f73.png/616c6963652068617320313230306575726f73',
    'https://a.example/?mail=alice@bank.example',
    'https://a.example/#the%20balance%20of%20the%20account%20is%20twelve%20hundred%20euros',
    'https://a.example/?YWxpY2UgaGFzIDEyMDAgZXVyb3MgbGVmdA==',
    `https://a.example/?x=${'9'.repeat(120)}`,
    'https://alice:1200eurosleftontheaccount@a.example/',
    `https://a.example/${'a'.repeat(300)}`,
  ])
    assert.equal(carriesData(new URL(url)), true, url);
});

it('lets ordinary text and links in relative form flow', () => {
  const { holdFrom } = exfilLink.create(exfilLink.defaults).streaming!;
  for (const text of [
    'one two',
    'see [the docs](',
    'see ![a](/static/lo',
    'a <b>bold',
    '<img src="/logo.p',
    'if (a < b',
    '<img src="data:',
  ])
    assert.ok(text.length - holdFrom(text) <= 6, text);
  assert.equal(holdFrom('see https://exa'), 4);
  assert.equal(holdFrom('see htt'), 4);
  assert.equal(holdFrom('![a](https://x'), 5);
  assert.equal(holdFrom('![a](&#104'), 5);
});

it('lets nothing of a destination go, however it is written and split', async () => {
  const inspector = exfilLink.create({ ...exfilLink.defaults, minSeverity: 'info', allow: ['ok.example'] });
  const host = fc.constantFrom('evil.example', 'ok.example', 'ok.example@evil.example', '0x7f.1');
  const scheme = fc.constantFrom(
    'https://',
    '//',
    'h&#116;tps:',
    '\\\\',
    'http:/',
    'HTTPS://',
    'ht\ntps://',
    'javascript:',
    '/',
    '',
  );
  const wrap = fc.constantFrom(
    (url: string) => `![a](${url})`,
    (url: string) => `[a](<${url}> "t")`,
    (url: string) => `\n[a]: ${url}\n`,
    (url: string) => `<img alt=x src = "${url}">`,
    (url: string) => `<a href=${url}>`,
    (url: string) => `<img srcset='a 1x, ${url} 2x'>`,
    (url: string) => `<p style="b:url(${url})">`,
    (url: string) => `@import '${url}';`,
    (url: string) => `<${url}>`,
    (url: string) => `see ${url}, `,
    (url: string) => `{"a":"<img src=\\"${url}\\">"}`,
  );
  const construct = fc
    .tuple(wrap, scheme, host, fc.stringMatching(/^[a-z/?=&;#.]{0,12}$/))
    .map(([make, s, h, rest]) => make(`${s}${h}/${rest}`));
  const filler = fc.stringMatching(/^[a-z ,."'=:\n()<>[\]!-]{0,30}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(filler, construct), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
      async (parts, sizes) => {
        const text = parts.flat().join('');
        const pieces: string[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length]!;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        const whole = await inspector.inspect(text, subject);
        assert.equal(await releaseThroughGuard(inspector, subject, pieces, whole), -1, JSON.stringify(text));
        let last = 0;
        for (let end = 0; end <= text.length; end++) {
          const hold = inspector.streaming!.holdFrom(text.slice(0, end));
          assert.ok(hold >= last, `what was let go is held again after ${end} units of ${JSON.stringify(text)}`);
          last = hold;
        }
      },
    ),
    { numRuns: 400 },
  );
});
