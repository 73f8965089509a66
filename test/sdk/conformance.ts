import assert from 'node:assert/strict';
import { CASES } from './all-cases.ts';
import { createBench } from './bench.ts';
import type { Bench, Target } from './bench.ts';
import { normalise } from './normalise.ts';
import { OWN_ANSWERS } from './own-answers.ts';
import type { SdkCase } from './sdk-case.ts';
import { startDirect, startThrough } from './targets.ts';

/** Cases that run against the same gateway, one after the other. */
export interface Group {
  readonly title: string;
  readonly cases: readonly SdkCase[];
  /** Starts what the cases need. */
  open(): Promise<OpenGroup>;
}

export interface OpenGroup {
  /** Throws when the case does not hold. */
  run(sdkCase: SdkCase): Promise<void>;
  close(): Promise<void>;
}

export const SAME = 'Through the gateway as without it';

/** The case without a gateway: when it fails here, it is the case or the test's upstream that is wrong. */
async function control(sdkCase: SdkCase, direct: Bench): Promise<unknown> {
  try {
    return normalise(await sdkCase.run(direct));
  } catch (cause) {
    throw new Error('This case does not even hold without the gateway.', { cause });
  }
}

async function openSame(): Promise<OpenGroup> {
  const targets: readonly Target[] = [await startDirect(), await startThrough()];
  const [direct, through] = targets.map(createBench) as [Bench, Bench];
  return {
    async run(sdkCase) {
      const expected = await control(sdkCase, direct);
      assert.deepEqual(normalise(await sdkCase.run(through)), expected);
    },
    async close() {
      for (const target of targets) await target.close();
    },
  };
}

export const GROUPS: readonly Group[] = [
  { title: SAME, cases: CASES, open: openSame },
  ...OWN_ANSWERS.map(({ title, config, models, cases }): Group => ({
    title,
    cases,
    async open() {
      const target = await startThrough(config, models);
      const bench = createBench(target);
      return { run: async (sdkCase) => void (await sdkCase.run(bench)), close: () => target.close() };
    },
  })),
];
