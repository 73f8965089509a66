import type { VnnlibProperty } from '../../formats/vnnlib/read-vnnlib.ts';
import { seededRandom } from '../../math/random.ts';
import type { BoundedNetwork } from './bounded-network.ts';
import type { Arithmetic } from './crown.ts';
import { decideRegion } from './decide-region.ts';
import { caseDistance, roundIntoBox, unsafeRegions } from './unsafe-region.ts';

/** `holds`: proven. `violated`: the model itself gives an unsafe output on the input reported. `unknown`: neither within the limits. */
export type PropertyResult =
  | { readonly verdict: 'holds'; readonly work: number }
  | {
      readonly verdict: 'violated';
      readonly work: number;
      readonly input: Float32Array;
      /** What the model answered, not what the bounds' arithmetic makes of it. */
      readonly output: Float32Array;
    }
  | { readonly verdict: 'unknown'; readonly work: number; readonly reason: string };

export interface VerifyOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Boxes or neuron splits for each region. */
  readonly mostSplits?: number;
  /** Default: `float32`, what ONNX Runtime computes. `real` is what competitions of verifiers ask about. */
  readonly arithmetic?: Arithmetic;
  readonly seed?: string;
  readonly signal?: AbortSignal;
}

/**
 * Decides a property of a network: looks for a counterexample, then proves by branch and bound.
 * @param run the model itself on one input; only what it answers makes a property violated
 */
export async function verifyProperty(
  network: BoundedNetwork,
  property: VnnlibProperty,
  run: (x: Float32Array) => Promise<Float32Array>,
  { timeout, mostSplits = 1_000_000, arithmetic = 'float32', seed = 'verify', signal }: VerifyOptions,
): Promise<PropertyResult> {
  const regions = unsafeRegions(property, network);
  const deadline = performance.now() + timeout;
  const expired = (): boolean => performance.now() > deadline || signal?.aborted === true;
  const random = seededRandom(seed);
  let found: { readonly input: Float32Array; readonly output: Float32Array } | undefined;
  let work = 0;
  let open: string | undefined;

  for (const region of regions) {
    const accept = async (x: Float64Array): Promise<boolean> => {
      const input = roundIntoBox(x, region.box);
      if (input === null) return false;
      const output = await run(input);
      if (!region.cases.some((constraints) => caseDistance(constraints, output) <= 0)) return false;
      found = { input, output };
      return true;
    };
    const outcome = await decideRegion(
      network,
      region,
      { method: 'split', arithmetic, mostSplits, random, expired },
      accept,
    );
    work += outcome.boxes;
    if (outcome.verdict === 'violated') return { verdict: 'violated', work, ...found! };
    // Another region may still hold a counterexample.
    if (outcome.verdict === 'unknown') open ??= outcome.reason;
  }
  return open === undefined ? { verdict: 'holds', work } : { verdict: 'unknown', work, reason: open };
}
