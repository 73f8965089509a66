import { capped, foldOf, REAL_USERS, USER_FOLDS } from './folds.ts';
import { buildLexicon } from './lexicon/build-lexicon.ts';
import type { Specification } from './specification.ts';
import { LEFT_OUT, userAttackRows } from './user-attack-rows.ts';

export const userAttackSpecification: Specification = {
  settings: {
    name: 'user-attack',
    description: 'Jailbreaks and injections in the channel of the user; card: user-attack.md',
    label: 'USER_ATTACK',
    features: { words: 2, gaps: true, letters: [4, 4], marks: true, conceptReach: 10 },
    windows: { piece: [8, 40], scales: [12, 80] },
    lexicon: buildLexicon(),
    size: 100,
    perRow: 4,
    least: { sources: 2, rows: 3 },
    damping: 20,
    epochs: 5,
    rate: 0.3,
    penalty: 1e-4,
    seed: 1,
    sourcePower: 0.5,
    positives: 0.6,
    mixture: { scales: [0.7, 0.3], whole: 0, pieces: -0.1 },
  },
  folds: USER_FOLDS,
  rows: (data) => userAttackRows(data, 7),
  items: (data) =>
    data
      .filter(({ permissive, kind }) => permissive && !LEFT_OUT.has(kind))
      .map(({ text, label, source, lang }) => ({
        text,
        label,
        source,
        language: lang,
        fold: foldOf(source, USER_FOLDS),
      })),
  benign: (items) => capped(items.filter(({ label, source }) => label === 0 && REAL_USERS.includes(source))),
  rates: { low: 0.001, balanced: 0.005, high: 0.02 },
};
