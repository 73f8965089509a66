import type { Finding } from '../core/finding.ts';
import type { Inspector } from '../detect/detector.ts';
import { embeddedInstruction } from '../detect/embedded-instruction/detector.ts';
import { exfilLink } from '../detect/exfil-link/detector.ts';
import { normalise } from '../text/normalise.ts';
import { views } from '../text/decode-layers.ts';
import { cleanText } from './clean-text.ts';
import { OFFER_RULES } from './offer-rules.ts';
import { type Leaf, stringsOf } from './tool-definition.ts';

/** What is wrong with something that a server offers. Shows no part of it but names. */
export interface OfferFinding {
  /** `poisoning/secrecy` */
  readonly rule: string;
  /** Where: `inputSchema.properties.path.description` */
  readonly path: string;
  readonly message: string;
}

export interface OfferContext {
  /** Names of tools of other servers. */
  readonly foreign: ReadonlySet<string>;
  /** Characters of one text. */
  readonly longest: number;
}

const MOST_TEXTS = 4000;
/** Encoded letters in a row; digests and ids are shorter, or hexadecimal. */
const ENCODED = 80;
/** Shorter texts cannot hold an instruction that the statistical model could judge. */
const SENTENCE = 24;
const SUBJECT = { stage: 'input', role: 'system', origin: 'definition', kind: 'tool-definition' } as const;

let inspectors: readonly Inspector[] | null = null;

/** The house's own detectors for texts that others wrote, with their defaults; loaded when the first offer is looked at. */
export function textInspectors(): readonly Inspector[] {
  inspectors ??= [embeddedInstruction.create(embeddedInstruction.defaults), exfilLink.create(exfilLink.defaults)];
  return inspectors;
}

/** Looks at every string of something that a server offers, before any model does. */
export function inspectOffer(offer: unknown, context: OfferContext): readonly OfferFinding[] {
  const found: OfferFinding[] = [];
  let texts = 0;
  for (const leaf of stringsOf(offer)) {
    if (++texts > MOST_TEXTS) {
      found.push({ rule: 'poisoning/size', path: leaf.path, message: `Has more than ${MOST_TEXTS} texts.` });
      break;
    }
    found.push(...inspectLeaf(leaf, context));
    if (found.length > 64) break;
  }
  return found;
}

function inspectLeaf({ path, text }: Leaf, { foreign, longest }: OfferContext): OfferFinding[] {
  const found: OfferFinding[] = [];
  const say = (rule: string, message: string): void => void found.push({ rule: `poisoning/${rule}`, path, message });
  // A picture in a definition (icons) may be long; nobody reads it as words.
  if (/^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*$/.test(text) && /^icons\[\d+\]\.src$/.test(path))
    return found;
  if (text.length > longest) {
    say('length', `Is ${text.length} characters long; more than ${longest} are not read by anybody.`);
    return found;
  }
  const { removed } = cleanText(text);
  for (const kind of removed) say('hidden', `Has characters that a reader does not see (${kind}).`);
  if (!path.endsWith('(name)') && encodedRun(text) >= ENCODED) say('encoded', 'Has a long encoded stretch.');

  for (const view of views(text)) {
    const plain = view.text
      .toLowerCase()
      .replace(/[^\S\n]+/g, ' ')
      .replaceAll('’', "'");
    for (const { id, message, patterns } of OFFER_RULES) {
      if (found.some(({ rule }) => rule === `poisoning/${id}`)) continue;
      if (patterns.some((pattern) => pattern.test(plain)))
        say(id, view.via.length === 0 ? message : `${message} It is disguised: ${view.via.join(', ')}.`);
    }
  }
  for (const word of new Set(normalise(text).text.match(/[\w.-]{3,128}/g))) {
    const name = word.replace(/[.-]+$/, '');
    if (foreign.has(name) && isDistinctive(name)) {
      say('foreign-tool', `Names "${name}", a tool of another server.`);
      break;
    }
  }
  if (text.length >= SENTENCE) {
    for (const finding of inspectWith(textInspectors(), text)) say('text', `${finding.rule}: ${finding.message}`);
  }
  return found;
}

function inspectWith(all: readonly Inspector[], text: string): readonly Finding[] {
  return all.flatMap((inspector) => {
    const findings = inspector.inspect(text, SUBJECT);
    if (findings instanceof Promise) throw new TypeError('a detector of offers answers at once');
    return findings;
  });
}

/** A word of a language is no name of a tool, even where a tool has it for its name. */
function isDistinctive(name: string): boolean {
  return /[_.-]|[a-z][A-Z]|\d/.test(name);
}

function encodedRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{40,}={0,2}/g)) {
    const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
    if (mixed || /^[0-9a-f]+$/i.test(run)) longest = Math.max(longest, run.length);
  }
  return longest;
}
