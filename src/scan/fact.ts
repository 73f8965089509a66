import type { PackageUse } from './advisories/package-use.ts';
import type { AgentFact } from './agents/agent-fact.ts';
import type { InfraFact } from './infra/infra-fact.ts';
import type { NestedPickle, PickleAnomaly, PickleGlobal } from '../formats/pickle/pickle-stream.ts';
import type { TextFact } from './text-fact.ts';

/** A place in the artifact that is being read. */
export interface Spot {
  /** Bytes. */
  readonly offset: number;
  /** From 1, in files of text. */
  readonly line?: number;
  /** UTF-16 units, from 1, in files of text. */
  readonly column?: number;
}

/**
 * What a reader saw in a file, without judging it. Rules judge. `offset` is in bytes of the artifact that is being read, and absent where there is
 * no one place; `line` and `column` (from 1) are there where the file is a text.
 */
export type Fact =
  | AgentFact
  | InfraFact
  | TextFact
  | PackageUse
  | {
      readonly kind: 'pickle-global';
      readonly offset: number;
      readonly global: PickleGlobal;
      /** `stream`: a loader will run it. `nested`: inside a string or bytes. `found`: begins somewhere in other bytes. */
      readonly place: 'stream' | 'nested' | 'found';
    }
  | {
      readonly kind: 'pickle-anomaly';
      readonly offset: number;
      readonly anomaly: PickleAnomaly;
      /** Format around the stream: `torch` gives persistent ids a meaning, `joblib` repeats protocols. */
      readonly container: 'plain' | 'torch' | 'joblib';
    }
  | { readonly kind: 'nested-pickle'; readonly offset: number; readonly nested: NestedPickle; readonly valid: boolean }
  | { readonly kind: 'trailing-data'; readonly offset: number; readonly length: number; readonly format: string }
  | { readonly kind: 'archive'; readonly offset: number; readonly issue: ArchiveIssue; readonly detail: string }
  /** A text that a template engine will run. */
  | { readonly kind: 'template'; readonly offset: number; readonly key: string; readonly text: string }
  /** A value in a configuration that decides what code is loaded: its key as a path, and the value. */
  | {
      readonly kind: 'code-reference';
      readonly offset: number;
      readonly framework: string;
      readonly path: string;
      readonly value: string;
    }
  /** Text that a person wrote about the model: descriptions, labels, metadata. */
  | { readonly kind: 'text'; readonly offset: number; readonly path: string; readonly text: string }
  /** A program for an operating system among the members of a model. */
  | {
      readonly kind: 'executable';
      readonly offset: number;
      readonly format: string;
      /**
       * What the package around it says: it is one of the libraries that its list has (`library`), another one than the list has (`differs`), or not in the
       * list (`unlisted`); null where there is no such list, or it is no library, or in an unusual place.
       */
      readonly listed: 'library' | 'differs' | 'unlisted' | null;
    }
  /** A package that an installer will fetch, as its list says. */
  | {
      readonly kind: 'dependency';
      readonly offset: number;
      readonly line: number;
      readonly text: string;
      readonly issue: string;
      readonly detail: string;
    }
  /** Program text or byte code inside a model. */
  | {
      readonly kind: 'embedded-code';
      readonly offset: number;
      readonly framework: string;
      readonly path: string;
      readonly text: string;
    }
  /** An operator of a graph, once for each name. */
  | {
      readonly kind: 'operator';
      readonly offset: number;
      readonly framework: string;
      readonly domain: string;
      readonly name: string;
      readonly place: string;
    }
  /** A path to another file that the format makes a loader open. */
  | {
      readonly kind: 'file-reference';
      readonly offset: number;
      readonly format: string;
      readonly path: string;
      readonly why: string;
    }
  /** A header or directory that breaks the rules of its format. */
  | {
      readonly kind: 'header';
      readonly offset: number;
      readonly format: string;
      readonly issue: string;
      readonly overflow: boolean;
    };

export type ArchiveIssue =
  | 'name-mismatch'
  | 'method-mismatch'
  | 'size-mismatch'
  | 'checksum-mismatch'
  | 'duplicate-name'
  | 'hidden-member'
  | 'missing-member'
  | 'overlapping-members'
  | 'several-directories'
  | 'prefix'
  | 'trailing'
  | 'gap'
  | 'unusual-flags'
  | 'many-members'
  | 'directory-damaged'
  | 'encrypted'
  | 'ratio'
  | 'traversal'
  | 'symlink'
  | 'hardlink'
  | 'device';

export type FactKind = Fact['kind'];
