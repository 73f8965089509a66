import { defineRule } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

/** Functions of R that run programs, evaluate text, load native code or reach the network. */
const DANGEROUS: ReadonlySet<string> = new Set([
  'system', 'system2', 'shell', 'shell.exec', 'pipe', 'fifo', 'eval', 'evalq', 'eval.parent', 'parse', 'str2lang', 'str2expression', 'source',
  'sys.source', 'dyn.load', 'library.dynam', '.C', '.Call', '.External', '.External2', '.Fortran', '.Internal', '.Primitive', 'download.file',
  'url', 'socketConnection', 'serverSocket', 'socketAccept', 'curl_download', 'curl_fetch_memory', 'unlink', 'file.remove', 'Sys.setenv',
  'install.packages', 'unserialize', 'readRDS', 'load', 'attach', 'assignInNamespace', 'unlockBinding', 'reg.finalizer', 'browseURL',
]); // prettier-ignore

export const rCode = defineRule({
  meta: {
    id: 'r-code',
    title: 'R object that runs code when it is used',
    severity: 'high',
    threats: ['backdoor'],
    meaning:
      'R objects can hold expressions that are evaluated when a value is first used, and functions that are called whenever a name is looked up. Reading the file is enough: whoever prints the object runs them.',
    fix: 'Do not load it. Ask for the data as CSV, Parquet or safetensors; R 4.4 and later refuse promises in such files.',
    references: [
      'CVE-2024-27322',
      'https://cran.r-project.org/doc/manuals/r-release/R-ints.html#Serialization-Formats',
    ],
    taxonomy: ['CWE-502', 'AML.T0010'],
  },
  judge: {
    operator: ({ framework, domain, name }) => {
      if (framework !== 'R') return null;
      const shown = plainText(name, 80);
      const dangerous = DANGEROUS.has(name);
      if (domain === 'promise' || domain === 'active-binding') {
        const what = domain === 'promise' ? 'A promise' : 'An active binding';
        const when = domain === 'promise' ? 'when the value is first used' : 'whenever its name is looked up';
        if (dangerous) return { severity: 'critical', message: `${what} calls ${shown} ${when}.` };
        return {
          severity: 'high',
          message: `${what} is evaluated ${when}${name === '' ? '' : `: it calls ${shown}`}.`,
        };
      }
      if (domain === 'pointer')
        return { severity: 'info', message: 'It holds the address of native data, which no other process has.' };
      return dangerous ? { severity: 'low', message: `A function in it calls ${shown} when somebody calls it.` } : null;
    },
  },
});
