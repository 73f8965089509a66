import { epsText } from '../../lab/assess/eps-text.ts';
import type { Assessment, CertifiedCurve, DetectorResult, RobustnessCurve } from '../../lab/assess/assessment.ts';
import { lineChart } from '../chart.ts';
import { escapeMarkup } from '../escape-markup.ts';
import { percent } from './numbers.ts';

export function curveChart(found: Assessment, curve: RobustnessCurve): string {
  const asked = found.robust.filter(({ norm }) => norm === curve.norm);
  return lineChart({
    title: `Right under attack, ${curve.norm}, ${curve.samples} samples, all attacks together`,
    x: `eps, ${curve.norm}`,
    y: 'right',
    yPercent: true,
    yRange: [0, 1],
    series: [
      {
        name: 'accuracy (95 % interval)',
        tone: 1,
        points: curve.points.map(({ eps, robust }) => ({
          x: eps,
          y: robust.value,
          low: robust.low,
          high: robust.high,
        })),
      },
    ],
    marks: asked.map(({ eps }) => ({ x: eps, name: epsText(eps) })),
  });
}

export function certifiedChart(found: Assessment, curve: CertifiedCurve): string {
  const measured = found.curves.find(({ norm }) => norm === curve.norm);
  const largest = Math.max(...curve.points.map(({ eps }) => eps));
  return lineChart({
    title: `Certified with ${curve.method}, ${curve.norm}, ${curve.samples} samples${curve.complete ? '' : ', cut off by time'}`,
    x: `eps, ${curve.norm}`,
    y: 'share of samples',
    yPercent: true,
    yRange: [0, 1],
    xRange: [0, largest],
    series: [
      {
        name: 'certified: no attack can succeed',
        tone: 3,
        points: curve.points.map((one) => ({ x: one.eps, y: one.certified })),
      },
      ...(measured === undefined
        ? []
        : [
            {
              name: `right under the attacks that ran, ${measured.samples} samples`,
              tone: 1,
              dashed: true,
              points: measured.points
                .filter(({ eps }) => eps <= largest)
                .map(({ eps, robust }) => ({ x: eps, y: robust.value })),
            },
          ]),
    ],
  });
}

/** Two bars a class, as a table that also reads without colours. */
export function perClassChart(found: Assessment): string {
  const [main] = found.robust;
  if (main === undefined) return '';
  const bar = (share: number, tone: number): string =>
    `<span class="bar" style="width: ${Math.round(share * 200)}px; background: var(--tone-${tone})"></span> ${percent(share)}`;
  const rows = main.perClass.map(({ label, samples, clean, robust }) => {
    const name = found.model.classNames?.[label] ?? `class ${label}`;
    return `<tr><td>${escapeMarkup(name)}</td><td class="number">${samples}</td><td>${bar(clean, 1)}<br>${bar(robust, 2)}</td></tr>`;
  });
  return `<p class="quiet">Upper bar: clean. Lower bar: under attack, ${main.norm} ${epsText(main.eps)}.</p><table><thead><tr><th>Class</th><th class="number">Samples</th><th>Right</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

export function blackBoxCharts(found: Assessment): readonly string[] {
  const charts: string[] = [];
  const counted = found.steps.filter(({ byQueries }) => byQueries !== null);
  if (counted.length > 0) {
    charts.push(
      lineChart({
        title: 'Fooled after so many queries (scores are told)',
        x: 'queries a sample',
        y: 'fooled',
        xLog: true,
        yPercent: true,
        yRange: [0, 1],
        series: counted.map(({ step, byQueries }, at) => ({
          name: `${step.title}, eps ${epsText(step.perturbation.eps)}`,
          tone: at + 1,
          points: byQueries!.map(({ queries, fooled }) => ({ x: queries, y: fooled })),
        })),
      }),
    );
  }
  const shrinking = found.steps.filter(({ byDistance }) => byDistance !== null);
  if (shrinking.length > 0) {
    charts.push(
      lineChart({
        title: 'Median distance after so many queries (labels are told)',
        x: 'queries a sample',
        y: 'median distance',
        xLog: true,
        yLog: true,
        series: shrinking.map(({ step, byDistance }, at) => ({
          name: step.title,
          tone: at + 2,
          points: byDistance!.map(({ queries, distance }) => ({ x: queries, y: distance })),
        })),
      }),
    );
  }
  return charts.filter((chart) => chart !== '');
}

/** Left and lower edge of these charts. */
const LOWEST_RATE = 1e-3;

/** Both axes logarithmic: what counts in operation is the left edge, at one false alarm in a thousand and less. */
export function rocCharts(found: Assessment): readonly string[] {
  return found.detectors
    .map((one) =>
      lineChart({
        title: `${one.title}: seen over false alarms (AUROC ${one.auroc.toFixed(3)}${one.adaptive === null ? '' : `, attack aware ${one.adaptive.auroc.toFixed(3)}`})`,
        x: 'false-positive rate',
        y: 'true-positive rate',
        xLog: true,
        yLog: true,
        xRange: [LOWEST_RATE, 1],
        yRange: [LOWEST_RATE, 1],
        diagonal: true,
        series: rocSeries(one),
        marks: [{ x: Math.max(one.statedFalsePositiveRate, LOWEST_RATE), name: 'threshold' }],
      }),
    )
    .filter((chart) => chart !== '');
}

function rocSeries({ curve, adaptive }: DetectorResult): Parameters<typeof lineChart>[0]['series'] {
  const points = (of: DetectorResult['curve']): { x: number; y: number }[] =>
    // No false alarm at all lies left of every logarithmic axis: it is drawn at its edge.
    of.map(({ falsePositiveRate, truePositiveRate }) => ({
      x: Math.max(falsePositiveRate, LOWEST_RATE),
      y: Math.max(truePositiveRate, LOWEST_RATE),
    }));
  return [
    { name: 'attack does not know the detector', tone: 1, points: points(curve) },
    ...(adaptive === null
      ? []
      : [{ name: 'attack knows the detector', tone: 2, dashed: true, points: points(adaptive.curve) }]),
  ];
}
