import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { tick } from '../format/time.ts';
import { useIsDark } from '../theme.ts';

export interface Series {
  readonly label: string;
  /** A custom property of the style sheet: `--outcome-served`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** Over the whole range: shown while the pointer is elsewhere. */
  readonly summary: number | null;
  readonly show: (value: number) => string;
}

export interface ChartProps {
  readonly label: string;
  /** Milliseconds since the epoch: where each bucket starts. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly kind: 'stacked' | 'lines';
  readonly axis: (value: number) => string;
  readonly height?: number;
  /** Values are whole numbers: no scale of halves. */
  readonly whole?: boolean;
}

/** A time chart. The legend doubles as read-out: it shows the bucket under the pointer, or the whole range. */
export function Chart({ label, times, series, kind, axis, height = 168, whole = false }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const isDark = useIsDark();
  const [at, setAt] = useState<number | null>(null);
  const shape = `${kind}/${series.map((one) => one.label).join()}/${isDark}/${height}`;
  const newest = useRef({ times, series, axis });
  newest.current = { times, series, axis };

  useEffect(() => {
    const element = host.current!;
    const paint = (name: string) => resolveColour(element, name);
    const options: uPlot.Options = {
      width: Math.max(200, element.clientWidth),
      height,
      legend: { show: false },
      padding: [8, 18, 0, 0],
      cursor: { y: false, points: { show: false }, drag: { setScale: false } },
      scales: {
        // A bar stands over its bucket, from the start on: the last one needs room too.
        x: { range: (u, min, max) => [min, max + (kind === 'stacked' ? bucketOf(u.data[0]) : 0)] },
        y: { range: (_, __, max) => [0, niceCeiling(max)] },
      },
      axes: [
        {
          stroke: paint('--text-3'),
          grid: { show: false },
          ticks: { show: false },
          font: '11px Inter, system-ui, sans-serif',
          size: 26,
          space: 70,
          values: (_, splits) => {
            const { times: all } = newest.current;
            const span = (all.at(-1) ?? 0) - (all[0] ?? 0);
            return splits.map((second) => tick(second * 1000, span));
          },
        },
        {
          stroke: paint('--text-3'),
          grid: { stroke: paint('--line'), width: 1 },
          ticks: { show: false },
          font: '11px Inter, system-ui, sans-serif',
          size: (_, labels) => Math.max(52, 14 + 6.4 * Math.max(0, ...(labels ?? []).map((text) => text.length))),
          space: 36,
          ...(whole ? { incrs: WHOLE_STEPS } : {}),
          values: (_, splits) => splits.map((value) => newest.current.axis(value)),
        },
      ],
      series: [
        {},
        ...drawn(kind, newest.current.series).map(({ colour }): uPlot.Series =>
          kind === 'stacked'
            ? {
                stroke: paint(colour),
                fill: paint(colour),
                width: 0,
                paths: uPlot.paths.bars!({ size: [0.8, 28], align: 1 }),
                points: { show: false },
              }
            : {
                stroke: paint(colour),
                width: 1.6,
                points: { show: true, size: 4, fill: paint(colour), width: 0 },
                spanGaps: false,
              },
        ),
      ],
      // A bar reaches down to the one below it.
      bands: kind === 'stacked' ? series.slice(1).map((_, i) => ({ series: [i + 1, i + 2] as [number, number] })) : [],
      hooks: {
        setCursor: [(u) => setAt(u.cursor.idx ?? null)],
      },
    };
    const chart = new uPlot(options, toData(kind, newest.current.times, newest.current.series), element);
    plot.current = chart;
    const observer = new ResizeObserver(() => {
      chart.setSize({ width: Math.max(200, element.clientWidth), height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
    // The chart is built again when its shape changes; data go in below.
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(toData(kind, times, series));
  }, [kind, times, series]);

  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return (
    <figure className="chart" aria-label={label}>
      <figcaption className="legend">
        <span className="legend-time">{at === null ? 'all' : tick(times[at] ?? 0, Math.min(span, 86_400_000))}</span>
        {series.map((one) => {
          const value = at === null ? one.summary : one.values[at];
          return (
            <span key={one.label} className="legend-item">
              <Swatch colour={one.colour} />
              {one.label} <b>{value === null || value === undefined ? '–' : one.show(value)}</b>
            </span>
          );
        })}
      </figcaption>
      <div ref={host} className="chart-host" role="img" aria-label={`${label}, ${times.length} points`} />
    </figure>
  );
}

/** 1, 2, 5, 10, … */
const WHOLE_STEPS = Array.from({ length: 36 }, (_, i) => [1, 2, 5][i % 3]! * 10 ** Math.floor(i / 3));

function Swatch({ colour }: { readonly colour: string }) {
  return <span className="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />;
}

/** Stacked series are sums, the highest first. */
function drawn(kind: ChartProps['kind'], series: readonly Series[]): readonly Series[] {
  return kind === 'stacked' ? series.toReversed() : series;
}

function toData(kind: ChartProps['kind'], times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  const seconds = times.map((time) => time / 1000);
  if (kind === 'lines') return [seconds, ...series.map((one) => [...one.values])];
  const sums = times.map(() => 0);
  const stacked = series.map((one) =>
    one.values.map((value, i) => {
      sums[i] = (sums[i] ?? 0) + (value ?? 0);
      return sums[i] ?? 0;
    }),
  );
  return [seconds, ...stacked.toReversed()];
}

/** Width of a bucket in seconds; the last one may be one that has only begun. */
function bucketOf(starts: ArrayLike<number>): number {
  return starts.length < 2 ? 60 : starts[1]! - starts[0]!;
}

/** A quiet chart still has a scale. */
function niceCeiling(max: number | null): number {
  return max === null || max <= 0 ? 1 : max * 1.08;
}

/** A canvas needs the colour itself, where `var()` and `light-dark()` have been worked out. */
function resolveColour(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
