import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { isFault } from '../../core/fault.ts';
import type { ProbeAnswer } from '../../scan/infra/probes/probe.ts';
import { type RemoteAnswer, type RemoteClient } from './http-client.ts';

/** Milliseconds for one question, its whole answer, and redirects within the origin. */
const QUESTION_TIME = 5000;
/** Milliseconds for all questions to one address. */
const ALL_TIME = 120_000;
const MOST_BYTES = 1 << 20;
/** The configuration of a Gradio application is as long as its page has parts. */
const LONG: Readonly<Record<string, number>> = { '/config': 8 << 20 };
const MOST_STEPS = 3;
/** Questions in a row, from the first, that nobody answers: nobody is there. */
const MOST_SILENT = 3;

/** What stands for an answer that says that somebody is there who does not know the question, or wants to know who asks. */
const SETTLED = new Set([401, 402, 403, 404, 405, 406, 407, 410, 415, 501]);
/** Where people are sent to say who they are. */
const LOGIN =
  /(?:^|[/._-])(?:log-?in|sign-?in|oauth2?|oidc|saml2?|sso|authorize|authenticate|cas|auth|adfs)(?:[/._-]|$)/i;

/**
 * One origin that is asked questions: each path once, within a time and a length, and nowhere else. What could not be asked is kept as gaps, because
 * a question without an answer is not a good answer.
 */
export class Endpoint {
  readonly #client: RemoteClient;
  readonly #origin: URL;
  readonly #tell: (line: string) => void;
  readonly #answers = new Map<string, ProbeAnswer | null>();
  /** Why optional questions had no answer: a gap as soon as somebody wants it. */
  readonly #excused = new Map<string, string>();
  /** Reason → paths. */
  readonly #gaps = new Map<string, string[]>();
  /** The same, of answers that say nothing unless others do. */
  readonly #unclear = new Map<string, string[]>();
  readonly #until = Date.now() + ALL_TIME;
  /** Answers that decide something. */
  #settled = 0;
  #heard = false;
  #silent = 0;

  constructor(client: RemoteClient, address: URL, tell: (line: string) => void) {
    this.#client = client;
    this.#origin = new URL(address.origin);
    this.#tell = tell;
  }

  /**
   * Asks for a path, once. Null: no answer that could be read, which is a gap unless the question is optional.
   * @throws Fault `ERR_USAGE` for an address that may not be asked, `ERR_UPSTREAM_UNREACHABLE` where nobody answered anything yet
   */
  async ask(path: string, { optional = false } = {}): Promise<ProbeAnswer | null> {
    const known = this.#answers.get(path);
    if (known !== undefined) {
      const excuse = optional ? undefined : this.#excused.get(path);
      if (excuse !== undefined && this.#excused.delete(path)) this.#gap(excuse, path);
      return known;
    }
    if (Date.now() > this.#until) {
      this.#gap(`not asked within ${ALL_TIME / 1000} seconds`, path);
      this.#answers.set(path, null);
      return null;
    }
    const outcome = await this.#outcome(path);
    const answer = typeof outcome === 'string' ? null : outcome;
    if (typeof outcome === 'string' && optional) this.#excused.set(path, outcome);
    else if (typeof outcome === 'string') this.#gap(outcome, path);
    this.#answers.set(path, answer);
    return answer;
  }

  /** What could not be asked, one line a reason. */
  gaps(): readonly string[] {
    const lines = [...this.#gaps, ...(this.#settled === 0 ? this.#unclear : [])];
    return lines.map(([reason, paths]) =>
      paths.length === 1
        ? `${paths[0]!} was ${reason}`
        : `${paths.length} questions, ${paths[0]!} among them, were ${reason}`,
    );
  }

  #gap(reason: string, path: string, map = this.#gaps): void {
    const paths = map.get(reason);
    if (paths === undefined) map.set(reason, [path]);
    else paths.push(path);
  }

  /** An answer, or why there is none. */
  async #outcome(path: string): Promise<ProbeAnswer | string> {
    const signal = AbortSignal.timeout(QUESTION_TIME);
    let url = new URL(path, this.#origin);
    this.#tell(`asked: GET ${url.href}`);
    try {
      for (let step = 0; ; step++) {
        const answer = await this.#client.get(url, {}, signal);
        this.#heard = true;
        const next = leadsTo(answer);
        if (next === null) return await this.#read(answer, path);
        answer.close();
        if (next.origin !== this.#origin.origin) {
          if (next.pathname !== url.pathname && isLogin(next)) return this.#settle(answer.status);
          return `answered by leading to ${next.protocol}//${next.host}, where nothing is asked`;
        }
        if (next.username !== '' || next.password !== '')
          return 'answered by leading to an address with credentials, where nothing is asked';
        if (step >= MOST_STEPS) return 'answered by leading from one place to another without end';
        url = next;
        this.#tell(`asked: GET ${url.origin}${url.pathname}`);
      }
    } catch (error) {
      if (!isFault(error) || error.code === 'ERR_USAGE') throw error;
      if (error.code === 'ERR_UPSTREAM_INVALID') {
        this.#settled++;
        return `answered with more than ${mostOf(path)} bytes`;
      }
      if (!this.#heard && ++this.#silent >= MOST_SILENT) throw error;
      return signal.aborted ? `not answered within ${QUESTION_TIME / 1000} seconds` : 'not answered';
    }
  }

  async #read(answer: RemoteAnswer, path: string): Promise<ProbeAnswer | string> {
    const { status, headers } = answer;
    if (status !== 200) {
      answer.close();
      if (SETTLED.has(status) || (status > 200 && status < 400)) return this.#settle(status);
      if (status === 408 || status === 421 || status === 425 || status === 429 || status >= 500) {
        this.#gap(`answered with status ${status}`, path);
        return this.#blank(status);
      }
      this.#gap(`answered with status ${status}`, path, this.#unclear);
      return this.#blank(status);
    }
    const bytes = await answer.body(mostOf(path));
    this.#settled++;
    const text = decoded(bytes, headers['content-encoding'], mostOf(path));
    return text === null ? 'answered with something that could not be decompressed' : { status, headers, text };
  }

  #settle(status: number): ProbeAnswer {
    this.#settled++;
    return this.#blank(status);
  }

  #blank(status: number): ProbeAnswer {
    return { status, headers: {}, text: '' };
  }
}

function mostOf(path: string): number {
  return LONG[path.slice(path.lastIndexOf('/'))] ?? MOST_BYTES;
}

/** Where an answer leads; null where it leads nowhere. */
function leadsTo({ status, headers, url }: RemoteAnswer): URL | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') return null;
  return URL.parse(location, url.href);
}

function isLogin({ pathname, hostname, searchParams }: URL): boolean {
  return (
    LOGIN.test(pathname.slice(0, 2048)) ||
    /^(?:login|auth|sso|accounts?|idp|id|signin)\./i.test(hostname) ||
    ['client_id', 'redirect_uri', 'SAMLRequest'].some((name) => searchParams.has(name))
  );
}

/** Nothing compressed is asked for, and some send it all the same. Null where it cannot be undone within `most` bytes. */
function decoded(bytes: Uint8Array, encoding: string | string[] | undefined, most: number): string | null {
  const options = { maxOutputLength: most };
  try {
    switch (
      String(encoding ?? 'identity')
        .trim()
        .toLowerCase()
    ) {
      case 'identity':
        return Buffer.from(bytes).toString('utf8');
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, options).toString('utf8');
      case 'deflate':
        return inflateSync(bytes, options).toString('utf8');
      case 'br':
        return brotliDecompressSync(bytes, options).toString('utf8');
      default:
        return null;
    }
  } catch {
    return null;
  }
}
