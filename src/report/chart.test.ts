import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineChart } from './chart.ts';
import { rocCharts } from './assessment/charts.ts';
import type { Assessment } from '../lab/assess/assessment.ts';

const linesOf = (svg: string): string[] =>
  [...svg.matchAll(/class="line[^"]*" stroke="[^"]*" points="([^"]*)"/g)].map(([, points]) => points!);

test('points that a logarithmic axis cannot show are left out, all others are drawn inside', () => {
  const svg = lineChart({
    title: 'a <b>',
    x: 'x',
    y: 'y',
    xLog: true,
    series: [{ name: 'one', tone: 1, points: [0, 1, 10, 1000].map((x) => ({ x, y: x / 1000 })) }],
  });
  assert.equal(linesOf(svg)[0]!.split(' ').length, 3);
  assert.ok(svg.includes('a &lt;b&gt;') && !svg.includes('<b>'));
  for (const point of linesOf(svg)[0]!.split(' ')) {
    const [x, y] = point.split(',').map(Number);
    assert.ok(x! >= 58 && x! <= 544 && y! >= 14 && y! <= 276, point);
  }
  assert.equal(
    lineChart({ title: 't', x: 'x', y: 'y', xLog: true, series: [{ name: 'n', tone: 1, points: [{ x: 0, y: 1 }] }] }),
    '',
  );
});

test('a detector that sees much without any false alarm is drawn at the left edge, not left out', () => {
  const curve = [
    { falsePositiveRate: 0, truePositiveRate: 0 },
    { falsePositiveRate: 0, truePositiveRate: 0.9 },
    { falsePositiveRate: 1, truePositiveRate: 1 },
  ];
  const share = { value: 0, low: 0, high: 1, of: 10 };
  const detector = {
    detector: 'd',
    title: 'D',
    attack: 'pgd',
    norm: 'linf',
    eps: 0.1,
    statedFalsePositiveRate: 0.01,
    falsePositiveRate: share,
    truePositiveRate: share,
    auroc: 0.95,
    curve,
    adaptive: null,
    adaptiveSays: '',
  } as const;
  const [svg] = rocCharts({ detectors: [detector] } as unknown as Assessment);
  const points = linesOf(svg!)
    .at(-1)!
    .split(' ')
    .map((point) => point.split(',').map(Number));
  assert.equal(points.length, 3);
  assert.deepEqual(
    points.map(([x]) => x),
    [58, 58, 544],
  );
  assert.ok(points[1]![1]! < points[0]![1]!);
});
