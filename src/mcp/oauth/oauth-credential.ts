import type { UpstreamCredential } from '../upstream-credential.ts';
import type { OAuthClient, TokenSubject } from './oauth-client.ts';
import { readChallenge } from './read-challenge.ts';

/** Demands for more that are met in one session; a server that goes on is one that never has enough. */
const MOST_STEPS = 3;
/** Between two tokens that a server refuses; the second within this time is not asked for. */
const PAUSE = 30_000;

/**
 * Shows a server the proxy's own token for a principal. Scopes grow only when the server demands one that the operator has
 * allowed, and never in a circle.
 */
export class OAuthCredential implements UpstreamCredential {
  readonly #client: OAuthClient;
  readonly #subject: () => TokenSubject;
  #scopes: readonly string[];
  #steps = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(client: OAuthClient, subject: () => TokenSubject) {
    this.#client = client;
    this.#subject = subject;
    this.#scopes = client.config.scopes;
  }

  async headers(): Promise<Readonly<Record<string, string>>> {
    return { authorization: `Bearer ${await this.#client.token(this.#subject(), this.#scopes)}` };
  }

  async refused(
    status: 401 | 403,
    header: string | undefined,
    sent: Readonly<Record<string, string>>,
  ): Promise<string | null> {
    const challenge = readChallenge(header);
    this.#client.heard(challenge);
    if (status === 403 && challenge.error !== 'insufficient_scope') return "The server refused the proxy's token.";
    if (status === 401) {
      const now = this.#client.clock();
      if (now - this.#renewedAt < PAUSE) return "The server refused the proxy's token, and a new one.";
      this.#renewedAt = now;
      this.#client.reject(this.#subject(), this.#scopes, (sent['authorization'] ?? '').replace(/^Bearer /, ''));
      return null;
    }
    const more = challenge.scopes.filter((word) => !this.#scopes.includes(word));
    const beyond = more.find((word) => !this.#client.allowed.has(word));
    if (beyond !== undefined) return 'The server demands a scope that is not in `oauth.stepUp`.';
    if (more.length === 0) return 'The server demands scopes that the token has.';
    if (this.#steps >= MOST_STEPS) return 'The server demands more scopes again and again.';
    this.#steps++;
    const wider = [...this.#scopes, ...more];
    await this.#client.token(this.#subject(), wider); // Where it cannot be had, what there was goes on.
    this.#scopes = wider;
    return null;
  }
}
