import { Fault } from '../core/fault.ts';
import { SAMPLE_KINDS, type SampleKind } from '../lab/sample-kind.ts';

/** What `--kind` says that samples are. @throws Fault `ERR_USAGE` */
export function chosenKind(given: string | undefined): SampleKind | undefined {
  const found = SAMPLE_KINDS.find((one) => one === given);
  if (given === undefined || found !== undefined) return found;
  throw new Fault('ERR_USAGE', `There is no kind ${JSON.stringify(given.slice(0, 40))}.`, {
    where: '--kind',
    hint: SAMPLE_KINDS.join(', '),
  });
}
