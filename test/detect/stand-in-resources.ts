import type { Resources } from '../../src/detect/resources.ts';

/** For contracts that hold for any model: finds elephants, in time linear in the text. */
const probabilityOf = (text: string): number => (/elephant/i.test(text) ? 0.97 : 0.03);

const NO_CANARIES: readonly never[] = [];

/** What detectors are handed when nothing outside is there: a model and a judge that only know elephants. */
export const STAND_IN_RESOURCES: Resources = {
  encoder: () => ({
    labels: ['OTHER', 'MATCH'],
    classify: async (text) => [
      { label: 'OTHER', score: 1 - probabilityOf(text) },
      { label: 'MATCH', score: probabilityOf(text) },
    ],
    probability: async (_labels, text) => probabilityOf(text),
  }),
  judge: () => ({ ask: async (_question, text) => ({ score: probabilityOf(text) }) }),
  canaries: () => NO_CANARIES,
};
