import type { AssessOptions } from '../lab/assess/assess.ts';
import type { Requirement } from '../lab/assess/requirement.ts';
import { certifyRadii } from '../lab/certify/certify-radii.ts';
import type { Perturbation } from '../lab/evasion/attack.ts';
import { sliceData } from '../lab/labelled-data.ts';
import type { Target } from '../lab/target.ts';

/** Samples that are certified: each costs seconds. */
const CERTIFIED = 50;
/** Shares of an asked eps at which certificates are tried, too: certified radii are much smaller than those that attacks need. */
const SHARES = [0.01, 0.03, 0.1, 0.3, 1] as const;

/**
 * The certificates' part of an assessment of an ONNX file: Linf and L2 by CROWN, at what was asked for and at smaller radii, in a third
 * of the time that is left.
 */
export function assessCertificates(
  target: Target,
  file: string,
  {
    perturbations,
    requirements,
    threads,
  }: {
    readonly perturbations: readonly Perturbation[];
    readonly requirements: readonly Requirement[];
    readonly threads: number;
  },
): Pick<AssessOptions, 'certify'> {
  const asked = [
    ...requirements.flatMap(({ metric, perturbation }) =>
      metric === 'certified_accuracy' && perturbation !== null ? [perturbation] : [],
    ),
    ...perturbations.flatMap((one) => SHARES.map((share) => ({ norm: one.norm, eps: one.eps * share }))),
  ];
  const norms = (['linf', 'l2'] as const).filter((norm) =>
    asked.some((one) => one.norm === norm && Number.isFinite(one.eps)),
  );
  if (norms.length === 0) return {};
  return {
    certify: async (data, seconds, signal) => {
      const curves = [];
      for (const norm of norms) {
        const radii = [...new Set(asked.filter((one) => one.norm === norm).map(({ eps }) => eps))].filter((eps) =>
          Number.isFinite(eps),
        );
        curves.push(
          await certifyRadii(file, sliceData(data, 0, Math.min(CERTIFIED, data.count)), {
            radii,
            norm,
            seconds: seconds === null ? null : seconds / 3 / norms.length,
            perSample: 10,
            ...(signal === undefined ? {} : { signal }),
            target: { bounds: target.bounds, threads },
          }),
        );
      }
      return curves;
    },
  };
}
