import { licenceClass } from '../../licences.ts';
import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

export const licence = defineRule({
  meta: {
    id: 'licence',
    title: 'Licence that restricts the use, or none',
    severity: 'low',
    threats: ['backdoor'],
    meaning:
      'The model card or licence file allows less than a product needs: research only, uses that are listed as forbidden, terms that pass on to what is made with it, or nothing at all. Where two files say different things, nobody knows what holds.',
    fix: 'Ask whoever answers for licences. Accept it in the baseline with the reason, or say --licence-policy off where this is decided elsewhere.',
    references: [
      'https://spdx.org/licenses/',
      'https://www.licenses.ai/',
      'https://huggingface.co/docs/hub/repositories-licenses',
    ],
    taxonomy: ['CWE-1104'],
  },
  judge: {
    licence: ({ id, source }) => {
      if (id === null)
        return {
          message: source === 'card' ? 'The model card states no licence.' : 'It states no licence that is known.',
        };
      const name = plainText(id, 60);
      switch (licenceClass(id)) {
        case 'permissive':
          return { severity: 'info', message: `The licence is ${name}.` };
        case 'copyleft':
          return { message: `The licence ${name} asks that what is made with it is passed on under the same terms.` };
        case 'restricted-use':
          return { message: `The licence ${name} forbids or limits uses.` };
        case 'non-commercial':
          return { message: `The licence ${name} forbids commercial use.` };
        case 'no-use':
          return { message: `It reserves all rights: ${name}.` };
        default:
          return { severity: 'info', message: `The licence ${name} is not known.` };
      }
    },
  },
});
