import type { Finding } from '../core/finding.ts';
import type { Inspector } from '../detect/detector.ts';
import { embeddedInstruction } from '../detect/embedded-instruction/detector.ts';
import { exfilLink } from '../detect/exfil-link/detector.ts';
import { normalise } from '../text/normalise.ts';
import { views } from '../text/decode-layers.ts';
import { cleanText } from './clean-text.ts';
import { OFFER_RULES } from '../detect/offer-rules.ts';
import { type Leaf, stringsOf } from './tool-definition.ts';
import { trimEndOf } from '../text/trim-end-of.ts';

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
    for (const { id, message, pattern } of OFFER_RULES) {
      if (found.some(({ rule }) => rule === `poisoning/${id}`)) continue;
      if (pattern().test(plain))
        say(id, view.via.length === 0 ? message : `${message} It is disguised: ${view.via.join(', ')}.`);
    }
  }
  for (const word of new Set(normalise(text).text.match(/[\w.-]{3,128}/g))) {
    const name = trimEndOf(word, '.-');
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

const SHORTEST_RUN = 40;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 4;
const BEYOND_HEX = 8;
const MIXED = LOWER | UPPER | DIGIT;

/** Length of the longest run of letters of an encoding: of all kinds together, or hexadecimal. One pass. */
function encodedRun(text: string): number {
  let longest = 0;
  let start = 0;
  let kinds = 0;
  for (let at = 0; at <= text.length; at++) {
    const kind = at < text.length ? letterKind(text.charCodeAt(at)) : 0;
    if (kind !== 0) {
      kinds |= kind;
      continue;
    }
    if ((kinds & MIXED) === MIXED || (kinds & BEYOND_HEX) === 0) longest = Math.max(longest, at - start);
    start = at + 1;
    kinds = 0;
  }
  return longest >= SHORTEST_RUN ? longest : 0;
}

/** What kinds of letters of an encoding (RFC 4648, 4, 5 and 8) a unit is; 0 for none. */
function letterKind(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return DIGIT;
  const small = unit | 0x20;
  if (small >= 0x61 && small <= 0x7a) return (unit === small ? LOWER : UPPER) | (small > 0x66 ? BEYOND_HEX : 0);
  return unit === 0x2b || unit === 0x2f || unit === 0x5f || unit === 0x2d ? BEYOND_HEX : 0;
}
