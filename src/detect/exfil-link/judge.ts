import { domainToUnicode } from 'node:url';
import { carriesData } from './carried-data.ts';
import { readings, type Writing } from './decode.ts';

/** What a browser would do with a destination, read as the WHATWG URL standard reads it. */
export type Judgement =
  /** Nothing outside: relative, an allowed host, an inert scheme, or no URL at all. */
  | { readonly verdict: 'harmless' }
  /** Asks a host that is on no list. */
  | {
      readonly verdict: 'outside';
      readonly protocol: string;
      readonly host: string;
      /** The URL itself looks as if it carried something. */
      readonly data: boolean;
      /** Something that makes it look like another host than it is. */
      readonly disguise: 'user name' | 'address' | 'look-alike letters' | null;
    }
  /** Runs in the page or brings a document of its own. */
  | { readonly verdict: 'script'; readonly protocol: string }
  /** A scheme that is on no list. */
  | { readonly verdict: 'scheme'; readonly protocol: string };

export const HARMLESS: Judgement = { verdict: 'harmless' };

/** A page that may be shown over either; a URL without a scheme means something else on each. */
const BASES = ['https://page.invalid/a/b', 'http://page.invalid/a/b'];
const HOME = 'page.invalid';

const WITH_HOST = new Set(['http:', 'https:', 'ftp:', 'ws:', 'wss:', 'file:']);
const SCRIPTS = new Set(['javascript:', 'vbscript:', 'livescript:', 'mocha:']);
/** Name something that is already there, and ask nobody. */
const INERT = new Set(['about:', 'cid:', 'mid:', 'blob:']);
/** Media that show themselves and nothing else; SVG and HTML may contain scripts and links. */
const INERT_DATA = /^data:(?:image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon)|audio\/|video\/|font\/|text\/plain|,)/i;

/** Cyrillic and Greek letters that look like Latin ones (Unicode TR 39, confusables). */
const LOOKS_LATIN = /^[аеорсухіјѕһԁԛԝӏқҝαορνικυτη0-9a-z-]+$/u;

export interface JudgeOptions {
  readonly allows: (host: string) => boolean;
  /** Without the colon. */
  readonly schemes: readonly string[];
}

export type Judge = (destination: string, writing: Writing) => Judgement;

const RANK = { harmless: 0, scheme: 1, outside: 2, script: 3 } as const;

/** Judges a destination by the worst of its readings. */
export function createJudge({ allows, schemes }: JudgeOptions): Judge {
  const allowed = new Set(schemes.map((scheme) => `${scheme}:`));

  function judgeUrl(url: URL, reading: string): Judgement {
    const { protocol } = url;
    if (SCRIPTS.has(protocol)) return { verdict: 'script', protocol };
    if (protocol === 'data:') return INERT_DATA.test(url.href) ? HARMLESS : { verdict: 'script', protocol };
    if (INERT.has(protocol)) return HARMLESS;
    if (protocol === 'view-source:' || protocol === 'feed:') return { verdict: 'scheme', protocol };
    if (WITH_HOST.has(protocol)) {
      const host = url.hostname;
      if (host === HOME || host === '') return HARMLESS;
      if (allows(host)) return allowed.has(protocol) ? HARMLESS : { verdict: 'scheme', protocol };
      return { verdict: 'outside', protocol, host, data: carriesData(url), disguise: disguiseOf(url, reading) };
    }
    return allowed.has(protocol) ? HARMLESS : { verdict: 'scheme', protocol };
  }

  return (destination, writing) => {
    let worst = HARMLESS;
    for (const reading of readings(destination, writing)) {
      if (isRelativeForGood(reading)) continue;
      for (const base of BASES) {
        const url = URL.parse(reading, base);
        if (url === null) continue;
        const judgement = judgeUrl(url, reading);
        if (RANK[judgement.verdict] > RANK[worst.verdict]) worst = judgement;
      }
    }
    return worst;
  };
}

function disguiseOf(url: URL, reading: string): Extract<Judgement, { verdict: 'outside' }>['disguise'] {
  if (url.username !== '' || url.password !== '') return 'user name';
  const { hostname } = url;
  // An address in another notation than the usual one: decimal, octal, hexadecimal, shortened.
  if (/^[\d.]+$/.test(hostname)) return reading.includes(hostname) ? null : 'address';
  if (!hostname.includes('xn--')) return null;
  const fake = domainToUnicode(hostname)
    .split('.')
    .some((label) => /[^\0-\x7f]/.test(label) && (isMixed(label) || LOOKS_LATIN.test(label)));
  return fake ? 'look-alike letters' : null;
}

/** Latin together with Cyrillic or Greek in one label, which no language writes. */
function isMixed(label: string): boolean {
  return /\p{Script=Latin}/u.test(label) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(label);
}

/**
 * True when no continuation of an unfinished destination can point outside: it began as something other than a scheme
 * or a host. Looks at the beginning alone.
 */
export function isRelativeForGood(readingSoFar: string): boolean {
  // The parser strips these from the front and removes line ends and tabs anywhere (URL standard, "basic URL parser").
  const text = readingSoFar
    .slice(0, 256)
    // oxlint-disable-next-line no-control-regex
    .replace(/^[\0- ]+/, '')
    .replace(/[\t\n\r]/g, '');
  if (text === '') return false;
  if (text[0] === '/' || text[0] === '\\') return text.length > 1 && text[1] !== '/' && text[1] !== '\\';
  if (!/[a-z]/i.test(text[0]!)) return true;
  const other = /[^a-z0-9+.-]/i.exec(text);
  return other !== null && other[0] !== ':';
}
