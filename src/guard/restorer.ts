import type { SegmentKind } from '../conversation/segment.ts';
import type { ExchangeVault } from './exchange-vault.ts';
import { type FoundPlaceholder, findPlaceholders, placeholderHold } from './find-placeholders.ts';
import { inUrl, LinkContext } from './link-context.ts';
import type { Redaction } from './redaction.ts';
import { restoreJson } from './restore-json.ts';

/** Units at the beginning of a text by which it is told whether it is JSON. */
const BEGINNING = 64;

/** What can be restored in one exchange, and the hosts whose URLs values may be put into. */
export interface Restoring {
  readonly vault: ExchangeVault;
  readonly allows: (host: string) => boolean;
}

/** A placeholder that gave way to its value: where it stood, and where the value stands in the restored text. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly outStart: number;
  readonly outEnd: number;
  readonly value: string;
}

/**
 * Puts values back in the place of their placeholders in a text that may still be arriving. What comes out is the text as
 * the client will see it, which is what rules have to judge; offsets lead back to the text as the model wrote it.
 */
export class Restorer {
  readonly #restoring: Restoring;
  readonly #links: LinkContext;
  /** What may still become a placeholder. */
  #pending = '';
  /** Units taken and decided, and units given out. */
  #taken = 0;
  #given = 0;
  /** The first units given out, which tell whether the text is JSON. */
  #beginning = '';
  readonly #plain: boolean;
  readonly #changes: Change[] = [];

  /** @param plain the text is known not to be JSON. */
  constructor(restoring: Restoring, plain = false) {
    this.#restoring = restoring;
    this.#plain = plain;
    this.#links = new LinkContext(restoring.allows);
  }

  /** Units of the model's text that are decided. */
  get decided(): number {
    return this.#taken;
  }

  get changed(): boolean {
    return this.#changes.length > 0;
  }

  /** Takes the next piece (`final` when none follows) and gives what is certain of the restored text. */
  push(text: string, final: boolean): string {
    const pending = (this.#pending += text);
    const found = findPlaceholders(pending, this.#restoring.vault);
    let hold = final ? pending.length : placeholderHold(pending, this.#restoring.vault);
    for (const { start, end } of found) if (start < hold && hold < end) hold = end;
    let out = '';
    let at = 0;
    for (const placeholder of found) {
      if (placeholder.start >= hold) break;
      const before = this.#pass(pending.slice(at, placeholder.start));
      const value = this.#valueOf(placeholder);
      out += before;
      at = placeholder.start;
      if (value === null) continue;
      const outStart = this.#given + out.length;
      this.#changes.push({
        start: this.#taken + placeholder.start,
        end: this.#taken + placeholder.end,
        outStart,
        outEnd: outStart + value.length,
        value,
      });
      out += this.#pass(value);
      at = placeholder.end;
    }
    out += this.#pass(pending.slice(at, hold));
    this.#pending = pending.slice(hold);
    this.#taken += hold;
    this.#given += out.length;
    return out;
  }

  /** Placeholders that gave way between two offsets of the model's text. */
  between(start: number, end: number): Redaction[] {
    const changes: Redaction[] = [];
    for (let index = this.#firstEndingAfter(start); index < this.#changes.length; index++) {
      const change = this.#changes[index]!;
      if (change.start >= end) break;
      changes.push({ start: change.start, end: change.end, placeholder: change.value });
    }
    return changes;
  }

  /** Where an offset of the restored text lies in the model's; one inside a value, at the `edge` of its placeholder. */
  toModel(at: number, edge: 'start' | 'end'): number {
    for (let index = this.#changes.length - 1; index >= 0; index--) {
      const change = this.#changes[index]!;
      if (at >= change.outEnd) return at - change.outEnd + change.end;
      if (at > change.outStart) return change[edge];
    }
    return at;
  }

  /** A redaction of the restored text as one of the model's; it takes whole placeholders. */
  redactionToModel(redaction: Redaction): Redaction {
    return {
      ...redaction,
      start: this.toModel(redaction.start, 'start'),
      end: this.toModel(redaction.end, 'end'),
    };
  }

  #pass(text: string): string {
    this.#links.append(text);
    if (this.#beginning.length < BEGINNING) this.#beginning += text.slice(0, BEGINNING);
    return text;
  }

  /** What stands in the place of a placeholder, or null where it has to stay. */
  #valueOf({ entry }: FoundPlaceholder): string | null {
    // In an answer that is an object in JSON, a value is written as JSON writes strings.
    const isJson = !this.#plain && /^\s*\{\s*"/.test(this.#beginning);
    const written = isJson ? JSON.stringify(entry.value).slice(1, -1) : entry.value;
    // The caller's own words, not something that a rule wants kept together.
    if (entry.detector === '') return written;
    const place = this.#links.place();
    if (place === 'link') return null;
    this.#restoring.vault.noteRestored(entry);
    return place === 'text' ? written : inUrl(entry.value, place);
  }

  #firstEndingAfter(at: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]!.end <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A whole text with its values back in place. Arguments of a tool that are JSON stay JSON. */
export function restoreText(restoring: Restoring, kind: SegmentKind, text: string): string {
  if (restoring.vault.size === 0) return text;
  if (kind === 'tool-arguments') {
    const restore = (string: string): string => new Restorer(restoring, true).push(string, true);
    return restoreJson(text, restore) ?? restore(text);
  }
  return new Restorer(restoring).push(text, true);
}
