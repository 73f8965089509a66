import type { AgentText } from '../../agents/agent-fact.ts';
import { firstOfEach } from '../../agents/first-of-each.ts';
import { phrasesIn, type Phrase } from '../../agents/instruction-phrases.ts';
import { secretsIn } from '../../agents/secret-in.ts';
import { speltUnseen } from '../../agents/unseen.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

function said(doc: AgentText, ids: readonly Phrase['id'][]): readonly Judgement[] {
  const found: Judgement[] = phrasesIn(doc.text, ids).map(({ phrase, at, severity, via, quoted }) => ({
    at: doc.lines.place(at),
    severity,
    message: `The text ${phrase.says}${via.length > 0 ? `, in disguise (${via.join(', ')})` : quoted ? ' (in quotes, or speaking of it)' : ''}.`,
  }));
  const hidden = speltUnseen(doc.text);
  const first = hidden.length < 8 ? undefined : phrasesIn(hidden, ids)[0];
  if (first !== undefined)
    found.push({ severity: 'high', message: `The text ${first.phrase.says}, in characters that nobody sees.` });
  return found;
}

/** What the text wants of the agent. Heuristic: phrases, read as the model reads them. */
export const INSTRUCTION_CHECKS: readonly Check[] = [
  {
    id: 'agent-instruction-override',
    title: 'Instructions that set others aside, or keep something from the user',
    severity: 'high',
    meaning:
      'An honest skill or project file has no reason to say this. Heuristic: found by phrases after every known disguise is undone; quoted on one line and introduced as an example or an attack, or told of as what attackers try, it is `low`, with a command beside it `medium`.',
    fix: 'Read the text; do not use it if it means what it says.',
    references: [
      'https://genai.owasp.org/llmrisk/llm01-prompt-injection/',
      'https://www.pillar.security/blog/new-vulnerability-in-github-copilot-and-cursor-how-hackers-can-weaponize-code-agents',
    ],
    taxonomy: ['AML.T0051', 'OWASP-LLM01', 'CWE-1427'],
    judge: {
      'agent-text': ({ doc }) => said(doc, ['override', 'concealment', 'send-away', 'no-question']),
      // What stands in a program that comes with a skill is read by the agent, too: comments, templates, texts that it prints.
      'agent-script': ({ script }) =>
        phrasesIn(script.text, ['override', 'concealment'], 'program')
          .filter(({ quoted }) => !quoted)
          .slice(0, 3)
          .map(({ phrase, at, via }) => ({
            at: script.lines.place(at),
            severity: 'medium' as const,
            message: `The script holds a text that ${phrase.says}${via.length > 0 ? `, in disguise (${via.join(', ')})` : ''}.`,
          })),
      'agent-setting': (fact) => {
        if (fact.text.length < 24 || !/prompt|instruction|description|systemMessage|rules/i.test(fact.path))
          return null;
        return phrasesIn(fact.text, ['override', 'concealment', 'send-away']).map(({ phrase, severity }) => ({
          severity,
          message: `The setting ${phrase.says}.`,
        }));
      },
    },
  },
  {
    id: 'agent-remote-instructions',
    title: 'Instructions that are fetched from an address',
    severity: 'medium',
    meaning:
      'Whoever answers at the address decides what the agent does, and can answer otherwise tomorrow than at the time of review. Heuristic.',
    fix: 'Put the text into the skill, where a change of it is seen.',
    references: ['https://github.com/snyk/agent-scan', 'https://genai.owasp.org/llmrisk/llm01-prompt-injection/'],
    taxonomy: ['AML.T0051', 'CWE-829'],
    judge: { 'agent-text': ({ doc }) => said(doc, ['remote']) },
  },
  {
    id: 'agent-credential-handling',
    title: 'Credentials in instructions, or asked for in the conversation',
    severity: 'medium',
    meaning:
      'What is in the prompt is sent to the model, kept in transcripts and can be got out again by anybody whose text the agent reads.',
    fix: 'Keep credentials in the environment or a vault, and let scripts read them there; revoke what stands in the text.',
    references: ['https://genai.owasp.org/llmrisk/llm022025-sensitive-information-disclosure/'],
    taxonomy: ['CWE-798', 'CWE-522', 'AML.T0055', 'OWASP-LLM02'],
    judge: {
      'agent-text': ({ doc }) => [
        ...said(doc, ['credentials']),
        ...firstOfEach(
          secretsIn(doc.text)
            .filter(({ shown }) => !shown.startsWith('database-password'))
            .map(({ start, shown }) => ({
              at: doc.lines.place(start),
              severity:
                isCertain(shown) &&
                !/\bexample\b|\be\.g\.|\bfake\b|\bdummy\b/i.test(doc.text.slice(Math.max(0, start - 80), start))
                  ? ('high' as const)
                  : ('low' as const),
              message: `The text holds a credential: ${shown}.`,
            })),
          10,
        ),
      ],
      'agent-script': ({ script }) =>
        secretsIn(script.text)
          .filter(({ shown }) => isCertain(shown))
          .slice(0, 10)
          .map(({ start, shown }) => ({
            at: script.lines.place(start),
            severity: 'high' as const,
            message: `The script holds a credential: ${shown}.`,
          })),
    },
  },
  {
    id: 'agent-high-stakes',
    title: 'Instructions that move money or delete for good',
    severity: 'low',
    meaning:
      'The text gives the agent something to do that cannot be undone. Nothing is wrong with that by itself; a mistake or an injected instruction costs more here.',
    fix: 'Let a person confirm each such step, and give the agent credentials that cannot do more.',
    references: ['https://genai.owasp.org/llmrisk/llm062025-excessive-agency/'],
    taxonomy: ['OWASP-LLM06', 'AML.T0053'],
    judge: { 'agent-text': ({ doc }) => said(doc, ['money']) },
  },
];

/** Kinds that have a form of their own; others are guesses by name and look. */
function isCertain(shown: string): boolean {
  return !/^(?:generic-secret|curl-password|database-password|bearer-token|basic-auth|url-credentials|password|json-web-token|jwt)/.test(
    shown,
  );
}
