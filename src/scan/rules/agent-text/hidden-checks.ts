import type { LineIndex } from '../../../formats/located/line-index.ts';
import type { AgentNamed } from '../../agents/agent-fact.ts';
import { firstOfEach } from '../../agents/first-of-each.ts';
import { hiddenMarkup } from '../../agents/hidden-markup.ts';
import { show } from '../../agents/show.ts';
import { unseenIn } from '../../agents/unseen.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

function unseen(what: string, text: string, lines: LineIndex): readonly Judgement[] {
  return unseenIn(text).map(({ at, severity, says }) => ({
    at: lines.place(at),
    severity,
    message: `The ${what} has ${says}.`,
  }));
}

function unseenAmong(what: string, texts: readonly AgentNamed[]): readonly Judgement[] {
  return firstOfEach(
    texts.flatMap(({ name, text, at }) =>
      unseenIn(text).map(({ severity, says }) => ({
        at,
        severity,
        message: `${what}, at ${show(name, 60)}, has ${says}.`,
      })),
    ),
    20,
  );
}

/** Where a terminal control sequence begins (ECMA-48); a lone escape character is none. */
function escapeIn(text: string): number {
  return text.search(/\u001b(?:\[[\d;?]{0,30}[@-~]|[\]P_^X])|\u009b[\d;?]{0,30}[@-~]/);
}

/** What people do not see and models read. */
export const HIDDEN_CHECKS: readonly Check[] = [
  {
    id: 'agent-invisible-text',
    title: 'Characters that nobody sees',
    severity: 'high',
    meaning:
      'A model reads what a person does not see: copies of ASCII in tag characters, bytes in variation selectors, turned directions, zero-width characters.',
    fix: 'Remove the characters, and ask where they come from: people do not type them.',
    references: [
      'https://www.unicode.org/reports/tr36/',
      'https://trojansource.codes/',
      'https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/',
    ],
    taxonomy: ['CWE-1007', 'AML.T0051', 'AML.T0068'],
    judge: {
      'agent-text': ({ doc }) => unseen('text', doc.text, doc.lines),
      'agent-script': ({ script }) => unseen('script', script.text, script.lines),
      'agent-offer': ({ offer }) => unseenAmong(`The ${offer.what} ${show(offer.name, 60)}`, offer.texts),
      'agent-setting': (fact) => unseenAmong('The setting', [{ name: fact.path, text: fact.text, at: fact }]),
      'agent-server': ({ server }) =>
        unseenAmong(`The server ${show(server.name)}`, [
          ...(server.command === null ? [] : [{ name: 'command', ...server.command }]),
          ...server.args.map((one) => ({ name: 'args', ...one })),
          ...(server.url === null ? [] : [{ name: 'url', ...server.url }]),
        ]),
      'agent-hook': (fact) => unseenAmong('The hook', [{ name: fact.event, text: fact.command, at: fact }]),
    },
  },
  {
    id: 'agent-terminal-escape',
    title: 'Terminal control sequences',
    severity: 'high',
    meaning:
      'A terminal that shows the text obeys them: it hides, colours or overwrites what a person would have to see, while the model reads all of it.',
    fix: 'Remove them.',
    references: ['https://blog.trailofbits.com/2025/04/29/deceiving-users-with-ansi-terminal-codes-in-mcp/'],
    taxonomy: ['CWE-150', 'AML.T0068'],
    judge: {
      'agent-text': ({ doc }) => {
        const at = escapeIn(doc.text);
        return at === -1 ? null : { at: doc.lines.place(at), message: 'The text holds terminal control sequences.' };
      },
      'agent-offer': ({ offer }) => {
        const found = offer.texts.find(({ text }) => escapeIn(text) !== -1);
        return found === undefined
          ? null
          : {
              at: found.at,
              message: `The ${offer.what} ${show(offer.name, 60)}, at ${show(found.name, 60)}, holds terminal control sequences.`,
            };
      },
    },
  },
  {
    id: 'agent-hidden-markup',
    title: 'Markup that hides instructions or carries data out',
    severity: 'high',
    meaning:
      'A comment or an element that is not drawn is read by the model and by nobody else; an image whose address takes text along is fetched as soon as it is shown.',
    fix: 'Remove it; write instructions where people read them.',
    references: [
      'https://owasp.org/www-project-top-10-for-large-language-model-applications/',
      'https://www.pillar.security/blog/new-vulnerability-in-github-copilot-and-cursor-how-hackers-can-weaponize-code-agents',
    ],
    taxonomy: ['AML.T0051', 'AML.T0057', 'CWE-451'],
    judge: {
      'agent-text': ({ doc }) =>
        hiddenMarkup(doc.text).map(({ at, severity, says }) => ({
          at: doc.lines.place(at),
          severity,
          message: `The text has ${says}.`,
        })),
      'agent-offer': ({ offer }) =>
        firstOfEach(
          offer.texts.flatMap(({ name, text, at }) =>
            hiddenMarkup(text, true).map(({ severity, says }) => ({
              at,
              severity,
              message: `The ${offer.what} ${show(offer.name, 60)}, at ${show(name, 60)}, has ${says}.`,
            })),
          ),
          10,
        ),
    },
  },
];
