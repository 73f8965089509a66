export const PRINCIPAL_KINDS = ['key', 'jwt', 'mtls', 'anonymous'] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/** Who asks: established by the credential alone, never by anything a message says. */
export interface Principal {
  /** Stable id, for example `alice` or `spiffe://bank/assistant`. */
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly team?: string;
  /** Public id of the virtual key that was presented. Never the secret. */
  readonly keyId?: string;
  /** Verified claims (JWT) or certificate fields (mTLS); attributes of the key otherwise. */
  readonly claims: Readonly<Record<string, unknown>>;
}
