import { isRData, readRData } from '../../../formats/rds/read-rds.ts';
import type { Reader } from '../../reader.ts';

/** Objects and workspaces of R: what of them runs when they are loaded, used or called. */
export const rds: Reader<'rds'> = {
  id: 'rds',
  title: 'R data',
  extensions: ['.rds', '.rda', '.rdata'],
  sniff: ({ head }) => isRData(head),
  read: ({ source }, observer) => {
    const { code, problem, end } = readRData(source);
    for (const { kind, offset, calls, compiled } of code) {
      const names = calls.length === 0 ? [''] : calls;
      for (const name of names) {
        observer.fact({
          kind: 'operator',
          offset,
          framework: 'R',
          domain: kind,
          name,
          place: compiled ? 'compiled' : '',
        });
      }
    }
    if (problem !== null) observer.incomplete(`the R object ends early: ${problem}`, end);
    else if (end < source.size)
      observer.fact({ kind: 'trailing-data', offset: end, length: source.size - end, format: 'R object' });
  },
};
