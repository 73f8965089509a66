import type { AgentNamed, AgentOffer } from '../../agents/agent-fact.ts';
import { firstOfEach } from '../../agents/first-of-each.ts';
import { show } from '../../agents/show.ts';
import type { Judgement } from '../../rule.ts';
import type { Check } from '../../rule-family.ts';

const TOOLS = 'https://modelcontextprotocol.io/specification/2025-11-25/server/tools';
/** Descriptions that say nothing: of no words but these. */
const EMPTY_WORDS =
  /^(?:an?|the|this|that|is|it|does|do|can|will|just|very|useful|helpful|generic|general|simple|basic|main|misc\w{0,10}|various|some|any|many|tool|tools|function|helper|utility|util|method|operation|action|command|thing|things|stuff|something|anything|work|works|to|for|of|and|or|with|you|your|perform|performs|execute|executes|handle|handles|run|runs|use|used|help|helps|task|tasks|description|todo|tbd|test|here|add)$/i;
/** Claims every request. Honest servers ask to be called first for something, not for everything. */
const CLAIMS_ALL =
  /\b(?:always|must(?: always)?|should always) (?:use|call|invoke|run|prefer) this (?:tool|function)\b[^.\n]{0,60}\b(?:every|all|any|each) (?:\w{1,20} )?(?:request|question|query|task|message|conversation|prompt|response|operation)s?\b|\buse this (?:tool |function )?(?:for|on|before|with) (?:every|all|any|each) (?:\w{1,20} )?(?:request|question|query|task|message|conversation|prompt|response)s?\b|\binstead of (?:all |any |every )?other tools?\b/i;
const DOES_ALL =
  /\b(?:can |does |do )(?:do )?(?:anything|everything)\b|\b(?:any|all kinds of|arbitrary) (?:tasks?|operations?|actions?)\b(?! (?:on|in|of|with) )|\ball[- ]purpose\b|\bgeneral[- ]purpose tool\b|\b(?:swiss army knife|jack of all trades)\b|\bone tool for everything\b/i;
/** Names of parameters that take a program text. */
const PROGRAM =
  /^(?:command|cmd|commands|shell|script|code|expression|eval|exec|bash|powershell|python|javascript|statement)$/i;
const BOUNDS = ['enum', 'const', 'pattern', 'maxLength', 'format'] as const;

const about = ({ name, server }: AgentOffer): string =>
  `The tool ${show(name, 60)}${server === null ? '' : ` of ${show(server, 40)}`}`;

interface Parameter {
  readonly name: string;
  readonly at: AgentNamed['at'];
  /** Names of members of its schema, and what they say where it is a text. */
  readonly says: ReadonlyMap<string, string>;
}

/** Parameters on the first level of an input schema. */
function parametersOf({ texts }: AgentOffer): readonly Parameter[] {
  const found = new Map<string, { at: AgentNamed['at']; says: Map<string, string> }>();
  for (const { name, text, at } of texts) {
    const match = /^(?:inputSchema|input_schema|parameters)\.properties\.([^.]{1,200})(?:\.([^.[]{1,60}))?/.exec(name);
    if (match === null) continue;
    const isName = name.endsWith(' (name)');
    const parameter = match[1]!.replace(/ \(name\)$/, '');
    const one = found.get(parameter) ?? { at, says: new Map<string, string>() };
    found.set(parameter, one);
    const member = match[2]?.replace(/ \(name\)$/, '');
    if (member !== undefined && (!isName || !one.says.has(member))) one.says.set(member, isName ? '' : text);
  }
  return [...found].map(([name, one]) => ({ name, ...one }));
}

/** Nothing but words that any tool could say, or its name again. */
function saysNothing({ name, description }: AgentOffer): boolean {
  const words = description.match(/[\p{L}\p{N}]{1,40}/gu) ?? [];
  const own = new Set((name.replace(/([a-z])([A-Z])/g, '$1 $2').match(/[\p{L}\p{N}]{1,40}/gu) ?? []).map((word) => word.toLowerCase()));
  if (words.length === 0 || words.length > 12) return false;
  const told = words.filter((word) => !EMPTY_WORDS.test(word));
  return told.every((word) => own.has(word.toLowerCase())) && (told.length === 0 || words.length <= own.size + 1);
} // prettier-ignore

/** What a definition leaves open: what the tool is for, and what it takes. */
export const VAGUE_CHECKS: readonly Check[] = [
  {
    id: 'tool-vague',
    title: 'Tool that does not say what it does or takes',
    severity: 'low',
    meaning:
      'Without a description that says something and a schema that names its parameters neither a person nor a rule can say what a call does, and any argument is taken.',
    fix: 'Describe the tool and each of its parameters, and give an input schema with their types and `additionalProperties: false`.',
    references: [TOOLS],
    taxonomy: ['CWE-20', 'CWE-1059'],
    judge: {
      'agent-offer': ({ offer }) => {
        if (offer.what !== 'tool') return null;
        const found: Judgement[] = [];
        const short = offer.description.trim().length < 12;
        const missing = [...(short ? ['description'] : []), ...(offer.schema === 'missing' ? ['schema'] : [])];
        if (missing.length > 0)
          found.push({ message: `${about(offer)} has no ${missing.join(' and no ')} to speak of.` });
        if (!short && saysNothing(offer))
          found.push({ message: `The description of ${show(offer.name, 60)} says nothing but that it is a tool.` });
        // One parameter is often plain from the name of the tool; several are not.
        const open = parametersOf(offer).filter(
          ({ says }) => !['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'].some((key) => says.has(key)),
        );
        if (open.length > 0)
          found.push({
            at: open[0]!.at,
            message: `${about(offer)} takes anything as ${show(open[0]!.name, 60)}${open.length > 1 ? ` and ${open.length - 1} more` : ''}: no type is named.`,
          });
        return firstOfEach(found, 3);
      },
    },
  },
  {
    id: 'tool-over-broad',
    title: 'Tool that claims everything, or runs whatever it is given',
    severity: 'low',
    meaning:
      'A description that fits every request makes the model call this tool in place of others. A parameter that is a program or a command of any length lets whoever steers the model do anything that the server may.',
    fix: 'Say what the tool is for and what not. Take names and values instead of commands, with `enum`, `pattern` or `maxLength`; run what has to be run in a sandbox.',
    references: [TOOLS, 'https://genai.owasp.org/llmrisk/llm062025-excessive-agency/'],
    taxonomy: ['CWE-77', 'CWE-250', 'OWASP-LLM06'],
    judge: {
      'agent-offer': ({ offer }) => {
        if (offer.what !== 'tool') return null;
        const found: Judgement[] = [];
        if (CLAIMS_ALL.test(offer.description))
          found.push({ severity: 'medium', message: `${about(offer)} wants to be called for every request.` });
        else if (DOES_ALL.test(offer.description)) found.push({ message: `${about(offer)} claims to do everything.` });
        const program = parametersOf(offer).find(
          ({ name, says }) =>
            PROGRAM.test(name) && says.get('type') === 'string' && !BOUNDS.some((key) => says.has(key)),
        );
        if (program !== undefined)
          found.push({
            at: program.at,
            message: `${about(offer)} runs whatever ${show(program.name, 60)} says, without bounds.`,
          });
        return found;
      },
    },
  },
];
