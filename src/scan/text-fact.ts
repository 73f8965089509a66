import type { Severity } from '../core/severity.ts';
import type { SourceRiskKind } from './python/source-risks.ts';

/** What readers of texts beside a model see: programs, notebooks, licences, secrets. */
export type TextFact =
  /** A call in a program that reaches out of it. */
  | {
      readonly kind: 'source-call';
      readonly offset: number;
      readonly line: number;
      /** `program`: a file that is imported or started. `notebook`: a cell that somebody runs. */
      readonly place: 'program' | 'notebook';
      readonly risk: SourceRiskKind;
      readonly what: string;
      readonly atImport: boolean;
    }
  /** A line of a notebook that is no Python: a command for the shell, or a cell of another language. */
  | { readonly kind: 'shell-line'; readonly offset: number; readonly line: number; readonly text: string }
  /** Active contents in what a notebook has stored as output: they run, or are shown, when it is opened. */
  | {
      readonly kind: 'active-output';
      readonly offset: number;
      readonly line: number;
      readonly type: string;
      readonly text: string;
    }
  /** Characters that a person does not see, in a text that people or models read. */
  | {
      readonly kind: 'hidden-characters';
      readonly offset: number;
      readonly line: number;
      readonly what: string;
      readonly count: number;
    }
  | {
      readonly kind: 'secret';
      readonly offset: number;
      readonly line: number;
      readonly title: string;
      readonly mask: string;
      readonly severity: Severity;
    }
  /** A licence that a file states, or that a card of a model does not. `id`: of SPDX or of a model hub, lower case; null where none is stated. */
  | {
      readonly kind: 'licence';
      readonly offset: number;
      readonly line: number;
      readonly id: string | null;
      readonly source: 'card' | 'text' | 'configuration';
    };
