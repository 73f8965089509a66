import { readings } from '../detect/exfil-link/decode.ts';
import type { Destination } from '../detect/exfil-link/destination.ts';
import { findDestinations, REACH } from '../detect/exfil-link/find-destinations.ts';
import { unescapeJson } from '../text/json/unescape-json.ts';

/**
 * What a value may become that stands at some place of a text.
 * `text`: itself. `recipient`: the address of a `mailto:` or `tel:` link, percent-encoded. `allowed`: part of a URL whose
 * host is on the list, percent-encoded. `link`: part of a URL that leads elsewhere; it must not go there.
 */
export type PlaceOfValue = 'text' | 'recipient' | 'allowed' | 'link';

/** Units before a place that are kept in view, beyond what an open link needs. */
const KEPT = REACH + 64;
const TRIM_FROM = 4096;
/** A link that has been open for longer is never taken for closed again. */
const LONGEST = 65_536;

/** Places where a client fetches by itself, or that hold more than one URL: nothing is put into them, even alone. */
const NEVER = new Set<Destination['place']>([
  'image',
  'css',
  'html-list',
  'html-refresh',
  'html-style',
  'html-document',
]);

/**
 * Follows a text as a client will see it and says what a value would be part of that came next. A value that goes into
 * a URL goes to that URL's host as soon as somebody follows it, and into an image at once.
 */
export class LinkContext {
  readonly #allows: (host: string) => boolean;
  #window = '';
  #trimAt = TRIM_FROM;
  #lost = false;

  /** @param allows says of a host (as `URL.hostname` gives it) whether values may go there. */
  constructor(allows: (host: string) => boolean) {
    this.#allows = allows;
  }

  append(text: string): void {
    if (this.#lost) return;
    this.#window += text;
    if (this.#window.length > this.#trimAt) this.#trim();
  }

  /** What a value is part of that stands behind everything appended so far. */
  place(): PlaceOfValue {
    if (this.#lost) return 'link';
    const plain = this.#placeAfter(this.#window);
    const read = plain === 'link' ? null : unescapeJson(this.#window);
    if (read === null) return plain;
    // Whoever parses a text that is JSON reads `https:\u002f\u002f…` as the URL that it is.
    const parsed = this.#placeAfter(read.text);
    return parsed === 'text' ? plain : parsed;
  }

  #placeAfter(window: string): PlaceOfValue {
    // A unit in the place of the value: a URL is one only if something stands in it.
    const { all } = findDestinations(`${window}x`);
    let place: PlaceOfValue = 'text';
    for (const destination of all) {
      if (destination.start > window.length || destination.end <= window.length) continue;
      const here = this.#placeIn(destination, window.slice(destination.start));
      if (here === 'link') return 'link';
      if (here !== 'text') place = here;
    }
    return place === 'text' && endsInBareUrl(window) ? 'link' : place;
  }

  #placeIn(destination: Destination, before: string): PlaceOfValue {
    if (NEVER.has(destination.place)) return 'link';
    // The value is the whole of it so far: it leads where the caller's own value leads.
    if (before.trim() === '') return 'text';
    const forms = readings(before, destination.writing);
    if (forms.every((form) => /^\s*(?:mailto|tel|sms):$/i.test(form))) return 'recipient';
    return forms.every((form) => this.#isAllowed(form)) ? 'allowed' : 'link';
  }

  /** A URL whose host is complete before the value and on the list. */
  #isAllowed(before: string): boolean {
    if (!/^https?:\/\/[^/?#\\@\s]+[/?#]/i.test(before)) return false;
    const url = URL.parse(before);
    return url !== null && url.username === '' && url.password === '' && this.#allows(url.hostname);
  }

  /** Forgets what no link can reach back to any more. */
  #trim(): void {
    const window = this.#window;
    let needed = neededFrom(window);
    const read = unescapeJson(window);
    if (read !== null) {
      const parsed = neededFrom(read.text);
      if (parsed < read.text.length) needed = Math.min(needed, read.map.span(parsed, parsed + 1).start);
    }
    const cut = Math.max(0, needed - KEPT);
    this.#window = window.slice(cut);
    this.#trimAt = Math.max(TRIM_FROM, 2 * this.#window.length);
    if (this.#window.length > LONGEST) {
      this.#lost = true;
      this.#window = '';
    }
  }
}

/** Index from which links of `window` may still be open, or its length. */
function neededFrom(window: string): number {
  const { all, pending } = findDestinations(window);
  let needed = Math.min(pending, window.length);
  for (const { announced, complete } of all) if (!complete) needed = Math.min(needed, announced);
  return needed;
}

/** A value as part of a URL. Markdown's and HTML's own marks are encoded as well. */
export function inUrl(value: string, place: 'recipient' | 'allowed'): string {
  const encoded = encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return place === 'recipient' ? encoded.replace(/%(?:40|2B)/g, decodeURIComponent) : encoded;
}

/** Units of a run that are looked at for a host without a scheme. */
const LONGEST_RUN = 512;
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+){1,32}(?::\d{1,5})?$/i;

/** A URL of any scheme that leads to a host: `wss://evil.example/…`. */
const WITH_HOST = /(?:^|[^a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s/]/i;

/**
 * True when `text` ends in `evil.example/…`, a URL without a scheme, of which some clients make a link, or in one whose
 * scheme only tools follow.
 */
function endsInBareUrl(text: string): boolean {
  let start = text.length;
  let path = -1;
  while (start > 0 && text.length - start < LONGEST_RUN) {
    const unit = text[start - 1]!;
    if (` \t\r\n"'<>()[]{}|,;`.includes(unit)) break;
    start--;
    if (unit === '/' || unit === '?' || unit === '#') path = start;
  }
  if (path === -1) return false;
  if (WITH_HOST.test(text.slice(start))) return true;
  const host = text.slice(start, path);
  return HOST.test(host) && /\.(?:[a-z]{2,}|\d+\.\d+\.\d+)(?::\d+)?$/i.test(host);
}
