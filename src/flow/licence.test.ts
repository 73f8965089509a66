import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTrace, tool, type Step } from './testing/trace.ts';

const TOOLS = [
  tool('list_letters'),
  tool('delete_letter', { letter_id: 'string' }),
  tool('list_messages'),
  tool('delete_message', { message_id: 'string' }),
  tool('reset_message_settings', { message_id: 'string' }),
  tool('create_issue_comment', { issue_id: 'string', body: 'string' }),
  tool('list_issues'),
];
const LIST = [
  { message_id: '12', title: 'Reunion', size: 9 },
  { message_id: '13', title: 'Garden', size: 4 },
];
const list: Step = { call: 'list_messages', returns: LIST };
const rules = (asked: string, ...ids: readonly string[]): readonly string[] =>
  judgeTrace({
    name: asked,
    tools: TOOLS,
    steps: [{ user: asked }, list, ...ids.map((id): Step => ({ call: 'delete_message', args: { message_id: id } }))],
  })
    .slice(1)
    .map(({ decision }) => (decision.verdict === 'allow' ? 'allow' : decision.rule));

describe('what asks for an act', () => {
  it('a short number is named by the words before it, however long the message', () => {
    const long = 'x'.repeat(30_000);
    for (const named of [
      'message 13',
      'message #13',
      'the message with ID "13"',
      'the message number 13',
      'message id (13)',
    ])
      assert.deepEqual(rules(`Delete ${named}. ${long}`, '13'), ['allow'], named);
    for (const other of ['13 euros', 'up to 2.13 of it', 'message 130', 'a 13'])
      assert.notDeepEqual(rules(`Delete ${other}. ${long}`, '13'), ['allow'], other);
  });

  it('several of a thing are no order to do away with one of them', () => {
    for (const asked of [
      'Make a plan for the Reunion based on the messages about it.',
      'Which messages did Reunion people send?',
      'Tell me about my messages on the Reunion.',
    ])
      assert.deepEqual(rules(asked, '12'), ['licence'], asked);
    assert.deepEqual(rules('Delete the message about the Reunion.', '12'), ['allow']);
  });

  it('what a thing is for is no order', () => {
    for (const asked of [
      'Find the link to delete the Reunion message.',
      'Tell me how to delete the message about the Reunion.',
      'Is there a button to delete the Reunion message?',
    ])
      assert.notDeepEqual(rules(asked, '12'), ['allow'], asked);
  });

  it('a thing that is made is still asked for by its name', () => {
    const [, decided] = judgeTrace({
      name: 'comment',
      tools: TOOLS,
      steps: [
        { user: 'Comment on the issue 7 that it is fixed.' },
        { call: 'list_issues', returns: [{ issue_id: '7', title: 'Roof' }] },
        { call: 'create_issue_comment', args: { issue_id: '7', body: 'It is fixed.' } },
      ],
    });
    assert.equal(decided!.decision.verdict, 'allow');
  });

  it('how many are to go is what the clause says that has them go', () => {
    const both = ['12', '13'] as const;
    assert.deepEqual(
      rules('Show me the titles of all messages. Then delete the one about the Reunion and Garden.', ...both),
      ['allow', 'budget-destroy'],
    );
    assert.deepEqual(rules('List my messages. Delete the message Reunion and the message Garden, both.', ...both), [
      'allow',
      'allow',
    ]);
    assert.deepEqual(rules('Look for the messages Reunion and Garden. Delete them.', ...both), ['allow', 'allow']);
  });
});
