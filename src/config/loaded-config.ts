import type { Config } from './schema.ts';

/** Where an effective value comes from, for `parapet config explain`. */
export interface Origin {
  /** Dotted path of the key: `limits.body`, `upstreams[0].url`. */
  readonly key: string;
  readonly from: 'default' | 'file' | 'env';
  /** `file:line:column`, or the variable's name. */
  readonly where: string;
}

/** A configuration that passed every check, with what is needed to explain it. */
export interface LoadedConfig {
  readonly config: Config;
  /** First 16 hex digits of SHA-256 over the canonical JSON of `config` with secrets replaced by their hashes. */
  readonly hash: string;
  /** Absolute path of the file. Relative paths inside the configuration are relative to its directory. */
  readonly path: string;
  readonly directory: string;
  readonly origins: readonly Origin[];
  /** Files besides the configuration whose change means a reload (policy, TLS). Absolute. */
  readonly watched: readonly string[];
  /** Paths of keys whose value came from `${NAME}` or is a credential, and must never be shown. */
  readonly secrets: ReadonlySet<string>;
  /** What is allowed but probably not meant, as `file:line:column: key: what`. */
  readonly warnings: readonly string[];
}
