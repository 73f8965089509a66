import { inspectTexts } from '../../agents/inspect-definition.ts';
import type { AgentOffer } from '../../agents/agent-fact.ts';
import { show } from '../../agents/show.ts';
import type { Judgement } from '../../rule.ts';
import { VAGUE_CHECKS } from './vague-checks.ts';
import { defineFamily } from '../../rule-family.ts';
import { skeleton } from '../../../text/confusable-names.ts';

const POISONING = 'https://invariantlabs.ai/blog/mcp-security-notification-tool-poisoning-attacks';
const TOOLS = 'https://modelcontextprotocol.io/specification/2025-11-25/server/tools';

const about = ({ what, name, server }: AgentOffer): string =>
  `The ${what} ${show(name, 60)}${server === null ? '' : ` of ${show(server, 40)}`}`;

function poisoned(offer: AgentOffer): readonly Judgement[] {
  return inspectTexts(offer.texts).map(({ severity, says, path, at }) => ({
    at,
    severity,
    message: `${about(offer)}, at ${show(path, 60)}: ${says}.`,
  }));
}

/** What servers offer: tools, prompts and resources, saved to a file. */
export const mcpOffer = defineFamily({ id: 'mcp-offer', threats: ['prompt-injection'] }, [
  {
    id: 'tool-poisoning',
    title: 'Tool whose definition gives orders',
    severity: 'high',
    meaning:
      'A model reads names, descriptions and schemas like instructions. This definition wants something of the model that is none of the tool: secrecy, precedence, secrets, data in arguments. Found by phrases and a small model over every disguise that is undone: heuristic.',
    fix: 'Do not connect the server; ask whoever publishes it. `parapet mcp` holds such tools back at run time.',
    references: [POISONING, 'https://owasp.org/www-project-mcp-top-10/'],
    taxonomy: ['AML.T0051', 'OWASP-LLM01', 'CWE-1427'],
    judge: { 'agent-offer': ({ offer }) => (offer.what === 'tool' ? poisoned(offer) : null) },
  },
  {
    id: 'mcp-template-injection',
    title: 'Prompt or resource that gives orders',
    severity: 'high',
    meaning:
      'The text of a prompt template or the description of a resource becomes part of the context. This one gives orders that go beyond it. Heuristic.',
    fix: 'Do not connect the server; ask whoever publishes it.',
    references: ['https://modelcontextprotocol.io/specification/2025-11-25/server/prompts', POISONING],
    taxonomy: ['AML.T0051', 'OWASP-LLM01'],
    judge: { 'agent-offer': ({ offer }) => (offer.what === 'tool' ? null : poisoned(offer)) },
  },
  {
    id: 'tool-shadowing',
    title: 'Tool that stands in the place of another',
    severity: 'high',
    meaning:
      'Two tools have one name, or names that look alike, or one speaks of a tool of another server: the model calls this one instead, or uses that one differently.',
    fix: 'Give tools distinct names, a prefix for each server; remove the server that speaks of others.',
    references: [POISONING, TOOLS],
    taxonomy: ['AML.T0053', 'CWE-1007'],
    judge: {
      'agent-offers': ({ offers }) => {
        const found: Judgement[] = [];
        const bySkeleton = new Map<string, (typeof offers)[number]>();
        for (const offer of offers) {
          if (offer.what !== 'tool') continue;
          if (/[^\x21-\x7e]/.test(offer.name)) {
            found.push({
              at: offer.at,
              message: `${about(offer)} has a name with characters outside ASCII, which can look like others.`,
            });
          }
          const key = skeleton(offer.name);
          const other = bySkeleton.get(key);
          if (other === undefined) bySkeleton.set(key, offer);
          else if (
            other.name !== offer.name ||
            other.server !== offer.server ||
            other.description !== offer.description
          ) {
            found.push({
              at: offer.at,
              message: `${about(offer)} has the name of ${show(other.name, 60)}${other.server === null ? '' : ` of ${show(other.server, 40)}`}, or one that looks like it.`,
            });
          }
        }
        const foreign = offers.filter(
          ({ what, name, server }) =>
            what === 'tool' && server !== null && /[_.-]|[a-z][A-Z]|\d/.test(name) && name.length >= 5,
        );
        if (foreign.length > 400) return found;
        for (const offer of offers) {
          if (offer.server === null) continue;
          const named = foreign.find(
            (other) =>
              other.server !== offer.server &&
              offer.texts.some(
                ({ name, text }) => name !== 'name' && !name.endsWith('(name)') && hasWord(text, other.name),
              ),
          );
          if (named !== undefined)
            found.push({
              at: offer.at,
              message: `${about(offer)} speaks of ${show(named.name, 60)}, a tool of ${show(named.server!, 40)}.`,
            });
        }
        return found;
      },
    },
  },
  ...VAGUE_CHECKS,
]);

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!/[\w.-]/.test(text[at - 1] ?? ' ') && !/[\w-]/.test(text[at + word.length] ?? ' ')) return true;
  }
  return false;
}
