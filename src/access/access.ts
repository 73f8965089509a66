import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../core/principal.ts';

/** What a request shows of who sent it. */
export interface Presented {
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  /** Verified client certificate (mutual TLS); null when none was presented or none is trusted. */
  readonly certificate: {
    /** One attribute a line (`CN=…`), as Node's `X509Certificate.subject` gives it. */
    readonly subject: string;
    /** `DNS:…`, `URI:…`, `email:…`; `readClientCertificate` makes them. */
    readonly names: readonly string[];
    readonly fingerprint: string;
  } | null;
}

/** Establishes who asks. */
export interface Authenticator {
  /**
   * Synchronous whenever it can be (a cached key), so that the common path has no promise.
   * @throws Fault `ERR_UNAUTHENTICATED`, `ERR_AUTH_THROTTLED` (with `retryAfter`), `ERR_STORE`.
   */
  authenticate(presented: Presented): Principal | Promise<Principal>;
}

/** Actions that Cedar policies speak of: `Action::"invoke"` on `Model::"gpt-4o"`, … */
export const ACTIONS = ['invoke', 'list', 'call', 'read'] as const;
export type AccessAction = (typeof ACTIONS)[number];

export const RESOURCE_TYPES = ['Model', 'Tool', 'Dataset'] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

export interface AccessRequest {
  readonly principal: Principal;
  readonly action: AccessAction;
  readonly resource: { readonly type: ResourceType; readonly id: string };
  /** Facts of this request: surface, stream, address, … */
  readonly context: Readonly<Record<string, string | number | boolean>>;
}

export interface AccessDecision {
  readonly allowed: boolean;
  /** Ids of the policies that decided; empty when nothing allowed it. */
  readonly policies: readonly string[];
  /** Errors while evaluating; any error denies. */
  readonly errors: readonly string[];
}

export interface AccessPolicy {
  /** Never throws: what cannot be evaluated is denied. Default is deny. */
  decide(request: AccessRequest): AccessDecision;
}
