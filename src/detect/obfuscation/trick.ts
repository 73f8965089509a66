import type { Severity } from '../../core/severity.ts';

/** What can be undone, as the detector reports it. */
export const TRICKS = [
  'hidden-text',
  'invisible',
  'bidi-override',
  'stacked-marks',
  'terminal-escapes',
  'look-alikes',
  'styled-letters',
  'case-flips',
  'leet',
  'stretched',
  'spaced-letters',
  'pig-latin',
  'turned',
  'encoded',
  'nested',
  'escapes',
] as const;
export type Trick = (typeof TRICKS)[number];

interface About {
  readonly severity: Severity;
  /** How sure one finding makes us that a text is disguised, 0 to 1. */
  readonly weight: number;
  readonly message: string;
}

export const ABOUT: Readonly<Record<Trick, About>> = {
  'hidden-text': { severity: 'high', weight: 0.98, message: 'Text is hidden in characters that are not shown.' },
  invisible: { severity: 'medium', weight: 0.8, message: 'Words are split by invisible characters.' },
  'bidi-override': { severity: 'medium', weight: 0.8, message: 'The order in which text is shown is overridden.' },
  'stacked-marks': { severity: 'medium', weight: 0.8, message: 'Letters carry stacks of marks.' },
  'terminal-escapes': { severity: 'medium', weight: 0.7, message: 'Terminal control sequences split or hide words.' },
  'look-alikes': { severity: 'medium', weight: 0.8, message: 'Words mix letters of other scripts that look alike.' },
  'styled-letters': {
    severity: 'medium',
    weight: 0.7,
    message: 'Words are set in letters of mathematics or of enclosed alphabets.',
  },
  'case-flips': { severity: 'medium', weight: 0.85, message: 'The case of letters changes inside of words.' },
  leet: { severity: 'medium', weight: 0.75, message: 'Digits and signs stand for letters.' },
  stretched: { severity: 'medium', weight: 0.6, message: 'Letters of words are repeated.' },
  'spaced-letters': {
    severity: 'medium',
    weight: 0.8,
    message: 'Words are spelt with something between their letters.',
  },
  'pig-latin': { severity: 'medium', weight: 0.7, message: 'Words are in pig Latin.' },
  turned: { severity: 'medium', weight: 0.8, message: 'Text is shifted along the alphabet, mirrored or reversed.' },
  encoded: { severity: 'medium', weight: 0.8, message: 'An encoded passage spells text.' },
  nested: { severity: 'high', weight: 0.95, message: 'A passage is encoded several times over.' },
  escapes: { severity: 'medium', weight: 0.75, message: 'Ordinary letters are written as escapes.' },
};
