import { defineRule } from '../../rule.ts';
import { isUnsafePath } from '../../unsafe-path.ts';
import { plainText } from '../../plain-text.ts';

export const fileReference = defineRule({
  meta: {
    id: 'file-reference',
    title: 'Model that makes the loader open another file',
    severity: 'low',
    threats: ['backdoor'],
    meaning:
      'The format lets a model name files that the loader opens. A path that leaves the folder reads what it should not; a native library is code; a pickle behind an index of safe weights is a pickle.',
    fix: 'Keep everything that a model names in its own folder, in formats without code.',
    references: ['CVE-2022-25882', 'CVE-2024-27318', 'CVE-2025-12058', 'CVE-2026-34446', 'CVE-2026-1669'],
    taxonomy: ['CWE-22', 'CWE-73', 'AML.T0010'],
  },
  judge: {
    'file-reference': ({ format, path, why }) => {
      const name = plainText(path, 160);
      if (format === 'OpenVINO') return { severity: 'high', message: `${format} names "${name}": ${why}.` };
      if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(path))
        return { severity: 'high', message: `${format} names an address, "${name}": ${why}.` };
      if (isUnsafePath(path))
        return { severity: 'high', message: `${format} names a file outside its folder, "${name}": ${why}.` };
      if (format === 'safetensors index' && !/\.safetensors$/i.test(path)) {
        return {
          severity: 'medium',
          message: `An index of safetensors names "${name}", which is no safetensors file.`,
        };
      }
      if (format === 'Keras' || format === 'HDF5')
        return { severity: 'medium', message: `${format} names "${name}": ${why}.` };
      return null;
    },
  },
});
