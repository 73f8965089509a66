import type { Asked } from './asked.ts';
import type { Scenario } from './scenario.ts';
import { valueForSchema } from './value-for-schema.ts';

export interface CalledTool {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface Choice {
  readonly reasoning: string | null;
  readonly text: string | null;
  readonly refusal: string | null;
  readonly tools: readonly CalledTool[];
  readonly stop: 'end' | 'length' | 'tools' | 'refusal';
}

/** What the model says, before a provider's format is put around it. */
export interface Answer {
  readonly choices: readonly Choice[];
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly cached: number;
    readonly cacheWrite: number;
    readonly reasoning: number;
  };
}

const SHORT = 'Hello from the upstream: all is well, and the café is open — 24/7 ☕.';
const PROSE =
  'The parapet walk ran the whole length of the wall, and from it the town looked small and ordered. ' +
  'Nobody remembered who had built it, only that it had been there before the market and the two bridges. ';
const REFUSAL = 'I am not able to help with that request.';
const THOUGHT = 'The question is short, so a short answer will do. Let me check it once more: yes.';

function decoded(text: string): string {
  const word = text
    .split(/\s+/)
    .filter((part) => /^[A-Za-z0-9+/]{4,}={0,2}$/.test(part))
    .at(-1);
  return word === undefined ? '' : Buffer.from(word, 'base64').toString('utf8');
}

const SAYING: Choice = { reasoning: null, text: null, refusal: null, tools: [], stop: 'end' };

/** Says `text` in the channel that the scenario names. */
function saying(text: string, scenario: Scenario, asked: Asked): Choice {
  switch (scenario.text('in', 'text')) {
    case 'reasoning':
      return { ...SAYING, reasoning: text, text: SHORT };
    case 'refusal':
      return { ...SAYING, refusal: text, stop: 'refusal' };
    case 'tool':
      return {
        ...SAYING,
        tools: [{ name: asked.tools[0]?.name ?? 'note', arguments: JSON.stringify({ text }) }],
        stop: 'tools',
      };
    default:
      return { ...SAYING, text };
  }
}

function plainText(asked: Asked): string {
  if (asked.schema !== undefined) return JSON.stringify(valueForSchema(asked.schema));
  if (asked.toolResults.length > 0) return `The tool answered: ${asked.toolResults.join(' | ')}`;
  if (asked.images.length > 0) {
    const seen = asked.images.map((url) => `${url.slice(0, url.indexOf(',') + 1) || url} ${url.length}`);
    return `Seen ${asked.images.length} image(s): ${seen.join('; ')}`;
  }
  return SHORT;
}

function choiceFor(scenario: Scenario, asked: Asked, index: number): Choice {
  const only = scenario.number('choice', index);
  switch (scenario.name) {
    case 'echo':
    case 'decode':
      if (only !== index) return { ...SAYING, text: PROSE };
      return saying(scenario.name === 'echo' ? asked.lastText : decoded(asked.lastText), scenario, asked);
    case 'long': {
      const length = scenario.number('length', 4000);
      return { ...SAYING, text: PROSE.repeat(Math.ceil(length / PROSE.length)).slice(0, length) };
    }
    case 'tools':
    case 'parallel-tools': {
      if (asked.toolResults.length > 0 || asked.tools.length === 0) return { ...SAYING, text: plainText(asked) };
      const one = asked.tools.slice(0, 1);
      const chosen = scenario.name === 'tools' ? one : asked.tools.length > 1 ? asked.tools : [...one, ...one];
      const tools = chosen.map((tool, call) => ({
        name: tool.name,
        arguments: JSON.stringify(valueForSchema(tool.schema, call)),
      }));
      return { ...SAYING, text: scenario.has('quiet') ? null : 'Let me look that up.', tools, stop: 'tools' };
    }
    case 'reasoning':
      return { ...SAYING, reasoning: THOUGHT, text: plainText(asked) };
    case 'refusal':
      return { ...SAYING, refusal: REFUSAL, stop: 'refusal' };
    case 'length':
      return { ...SAYING, text: PROSE.slice(0, 60), stop: 'length' };
    default:
      if (asked.forcedTool !== null) {
        const { name, schema } = asked.forcedTool;
        return { ...SAYING, tools: [{ name, arguments: JSON.stringify(valueForSchema(schema)) }], stop: 'tools' };
      }
      return { ...SAYING, text: index === 0 ? plainText(asked) : `${plainText(asked)} (choice ${index})` };
  }
}

const tokensIn = (characters: number): number => Math.ceil(characters / 4);

export function answerFor(scenario: Scenario, asked: Asked): Answer {
  const choices = Array.from({ length: asked.choices }, (_, index) => choiceFor(scenario, asked, index));
  const said = choices.map(
    (choice) =>
      (choice.reasoning ?? '') +
      (choice.text ?? '') +
      (choice.refusal ?? '') +
      choice.tools.map((tool) => tool.name + tool.arguments).join(''),
  );
  return {
    choices,
    usage: {
      input: scenario.number('input', 8 + tokensIn(asked.characters)),
      output: scenario.number('output', 1 + tokensIn(said.join('').length)),
      cached: scenario.number('cached', 0),
      cacheWrite: scenario.number('cache-write', 0),
      reasoning: tokensIn(choices.map((choice) => choice.reasoning ?? '').join('').length),
    },
  };
}
