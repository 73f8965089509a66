import type { ApprovalRow } from '../store/approval-table.ts';
import type { ApprovalContent } from './approval-queue.ts';
import { withoutValues } from './without-values.ts';

const MOST_ARGUMENTS = 12;
const LONGEST = 200;

/**
 * What a webhook is told of a request: a message that Slack's incoming webhooks take as it is (Block Kit), with a fallback text. It
 * names the tool, who asks and where each argument comes from, and no value of an argument: the message leaves the house, and may
 * be kept by whoever gets it. The console shows the values.
 */
export function approvalMessage(row: ApprovalRow, { decision }: ApprovalContent, link: string): object {
  const what = row.kind === 'review' ? `A request to ${row.tool}` : `A call of ${row.tool}`;
  const text = `${what} by ${row.principal} waits for approval.`;
  const args = Object.entries(decision.args);
  const lines = args.slice(0, MOST_ARGUMENTS).map(([path, { role, from, verdict }]) => {
    const mark = verdict === 'allow' ? '' : ' — *look at this*';
    return `• \`${escaped(path)}\` (${role}): ${escaped(withoutValues(from))}${mark}`;
  });
  if (args.length > MOST_ARGUMENTS) lines.push(`• and ${args.length - MOST_ARGUMENTS} more`);
  const needs = row.needs > 1 ? ' Two people have to agree.' : '';
  return {
    text: `${escaped(text)} ${link}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `*${escaped(text)}*\nRule: ${escaped(row.rule)}.${needs}` } },
      ...(lines.length === 0
        ? []
        : [{ type: 'section', text: { type: 'mrkdwn', text: lines.join('\n').slice(0, 2900) } }]),
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            style: 'primary',
            text: { type: 'plain_text', text: 'Look at it in the console' },
            url: link,
          },
        ],
      },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: `${row.id} · denied at ${new Date(row.expiresAt).toISOString()} when nobody answers`,
          },
        ],
      },
    ],
  };
}

/** The three characters that Slack's markup takes for its own, and those that would break a line of it. */
function escaped(text: string): string {
  return text
    .slice(0, LONGEST * 4)
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, (mark) => `\u200a${mark}\u200a`);
}
