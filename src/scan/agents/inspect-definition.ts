import type { Severity } from '../../core/severity.ts';
import type { Inspector } from '../../detect/detector.ts';
import { embeddedInstruction } from '../../detect/embedded-instruction/detector.ts';
import { exfilLink } from '../../detect/exfil-link/detector.ts';
import { OFFER_RULES } from '../../detect/offer-rules.ts';
import { views } from '../../text/decode-layers.ts';
import type { AgentNamed } from './agent-fact.ts';
import { firstOfEach } from './first-of-each.ts';
import type { Spot } from '../fact.ts';

/** Something that a definition has no business saying. */
export interface DefinitionFinding {
  readonly severity: Severity;
  readonly says: string;
  readonly path: string;
  readonly at: Spot;
}

const SUBJECT = { stage: 'input', role: 'system', origin: 'definition', kind: 'tool-definition' } as const;
/** Characters of one text that are read; a longer one is cut, and said to be long. */
const LONGEST = 64 << 10;
/** Findings of each severity. */
const MOST = 12;
/** Shorter texts cannot hold an instruction that the statistical model could judge. */
const SENTENCE = 24;
/** Honest definitions say "call this first", and name the files that they read. */
const MILD: Readonly<Record<string, Severity>> = {
  precedence: 'medium',
  'secret-source': 'medium',
  'pretended-authority': 'medium',
};

let inspectors: readonly Inspector[] | null = null;

/** Looks at every text of a definition as the model will read it, every disguise that is known undone. */
export function inspectTexts(texts: readonly AgentNamed[]): readonly DefinitionFinding[] {
  inspectors ??= [embeddedInstruction.create(embeddedInstruction.defaults), exfilLink.create(exfilLink.defaults)];
  const found: DefinitionFinding[] = [];
  for (const { name, text, at } of texts) {
    const say = (severity: Severity, says: string): void =>
      void found.push({ severity, says, path: name.replace(/ \(name\)$/, ''), at });
    if (text.length > LONGEST) say('medium', `it is ${text.length} characters long, which nobody reads`);
    const part = text.slice(0, LONGEST);
    const said = new Set<string>();
    for (const view of views(part)) {
      const plain = view.text.toLowerCase().replace(/[^\S\n]+/g, ' ').replaceAll('’', "'"); // prettier-ignore
      for (const { id, message, pattern } of OFFER_RULES) {
        if (said.has(id) || !pattern().test(plain)) continue;
        said.add(id);
        const plainly = view.via.length === 0 || pattern().test(part.toLowerCase().replace(/[^\S\n]+/g, ' '));
        const disguise = plainly ? '' : `, in disguise (${view.via.join(', ')})`;
        say(plainly ? (MILD[id] ?? 'high') : 'high', `${lower(message)}${disguise}`);
      }
    }
    if (said.size > 0 || part.length < SENTENCE || name.endsWith('(name)')) continue;
    for (const inspector of inspectors) {
      const findings = inspector.inspect(part, SUBJECT);
      if (findings instanceof Promise) throw new TypeError('a detector of definitions answers at once');
      const first = findings[0];
      if (first !== undefined) say('medium', lower(first.message));
    }
  }
  return firstOfEach(found, MOST);
}

/** A message of a sentence of its own inside another. */
function lower(message: string): string {
  return `${message[0]!.toLowerCase()}${message.slice(1).replace(/\.$/, '')}`;
}
