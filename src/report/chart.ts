import { escapeMarkup } from './escape-markup.ts';

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Interval of y that is drawn as a band. */
  readonly low?: number;
  readonly high?: number;
}

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly ChartPoint[];
  /** Colour, 1 to 6 (`--tone-n` of the page). */
  readonly tone: number;
  readonly dashed?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly xLog?: boolean;
  readonly yLog?: boolean;
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  /** Shares are labelled in percent. */
  readonly yPercent?: boolean;
  readonly series: readonly ChartSeries[];
  /** Upright lines with a name: the eps that was asked for. */
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
  /** The line where a detector tells nothing. */
  readonly diagonal?: boolean;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 320, 58, 16, 14, 44];

/** Styles that charts need on their page. */
export const CHART_STYLE = `
figure { margin: 1rem 0; } figcaption { font-weight: 600; } svg.chart { width: 100%; max-width: 42rem; height: auto; }
.chart text { font: 12px system-ui, sans-serif; fill: var(--quiet); } .chart .grid { stroke: var(--line); stroke-width: 1; } .chart .axis { stroke: var(--quiet); stroke-width: 1; }
.chart .line { fill: none; stroke-width: 2; } .chart .dashed { stroke-dasharray: 5 4; } .chart .mark { stroke: var(--quiet); stroke-dasharray: 2 3; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: .25rem 0; font-size: .9rem; } .legend i { display: inline-block; width: 1.4rem; height: 0; border-top: 3px solid; margin-right: .4rem; vertical-align: middle; }
`;

/**
 * Lines over an axis as SVG, drawn in the page's colours, with the numbers as a table for whoever cannot see it. Points that an axis cannot
 * show (zero or less on a logarithmic one, not finite) are left out.
 */
export function lineChart(chart: Chart): string {
  const shown = chart.series.map((series) => ({
    ...series,
    points: series.points.filter(
      ({ x, y }) =>
        Number.isFinite(x) && Number.isFinite(y) && (chart.xLog !== true || x > 0) && (chart.yLog !== true || y > 0),
    ),
  }));
  const points = shown.flatMap((series) => series.points);
  if (points.length === 0) return '';
  const xAxis = axis(chart.xRange ?? range(points.map(({ x }) => x)), chart.xLog === true, LEFT, WIDTH - RIGHT);
  const yAxis = axis(chart.yRange ?? range(points.map(({ y }) => y)), chart.yLog === true, HEIGHT - BOTTOM, TOP);
  const parts: string[] = [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeMarkup(chart.title)}">`,
  ];
  for (const tick of yAxis.ticks) {
    const y = round(yAxis.place(tick));
    parts.push(`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`);
    const label = chart.yPercent === true ? `${short(tick * 100)} %` : short(tick);
    parts.push(`<text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${label}</text>`);
  }
  for (const tick of xAxis.ticks) {
    const x = round(xAxis.place(tick));
    parts.push(`<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`);
    parts.push(`<text x="${x}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${short(tick)}</text>`);
  }
  parts.push(
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>`,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeMarkup(chart.x)}</text>`,
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeMarkup(chart.y)}</text>`,
  );
  if (chart.diagonal === true) {
    const line = Array.from({ length: 41 }, (_, i) => {
      const at = xAxis.at(i / 40);
      return `${round(xAxis.place(at))},${round(yAxis.place(Math.max(at, yAxis.low)))}`;
    });
    parts.push(`<polyline class="line mark" points="${line.join(' ')}"/>`);
  }
  for (const { x, name } of chart.marks ?? []) {
    if (!(x >= xAxis.low && x <= xAxis.high)) continue;
    const at = round(xAxis.place(x));
    parts.push(
      `<line class="mark" x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`,
      `<text x="${at + 4}" y="${TOP + 10}">${escapeMarkup(name)}</text>`,
    );
  }
  for (const { points: own, tone, dashed } of shown) {
    const banded = own.filter(({ low, high }) => low !== undefined && high !== undefined);
    if (banded.length > 1) {
      const edge = [
        ...banded.map((point) => `${round(xAxis.place(point.x))},${round(yAxis.place(point.high!))}`),
        ...banded.toReversed().map((point) => `${round(xAxis.place(point.x))},${round(yAxis.place(point.low!))}`),
      ];
      parts.push(`<polygon points="${edge.join(' ')}" fill="var(--tone-${tone})" opacity="0.15"/>`);
    }
    const line = own.map(({ x, y }) => `${round(xAxis.place(x))},${round(yAxis.place(y))}`);
    const style = `class="line${dashed === true ? ' dashed' : ''}" stroke="var(--tone-${tone})"`;
    if (line.length > 1) parts.push(`<polyline ${style} points="${line.join(' ')}"/>`);
    if (own.length <= 24) {
      for (const point of line) {
        const [x, y] = point.split(',');
        parts.push(`<circle cx="${x}" cy="${y}" r="3" fill="var(--tone-${tone})"/>`);
      }
    }
  }
  parts.push('</svg>');
  const legend = shown.map(
    ({ name, tone, dashed }) =>
      `<li><i style="border-color: var(--tone-${tone})${dashed === true ? '; border-top-style: dashed' : ''}"></i>${escapeMarkup(name)}</li>`,
  );
  return [
    `<figure><figcaption>${escapeMarkup(chart.title)}</figcaption>`,
    ...parts,
    `<ul class="legend">${legend.join('')}</ul>`,
    numbers(chart, shown),
    '</figure>',
  ].join('\n');
}

/** The numbers of a chart, thinned where there are very many. */
function numbers(chart: Chart, series: readonly ChartSeries[]): string {
  const rows = series.flatMap(({ name, points }) => {
    const step = Math.max(1, Math.ceil(points.length / 40));
    return points
      .filter((_, i) => i % step === 0 || i === points.length - 1)
      .map(({ x, y, low, high }) => {
        const value = (of: number): string => (chart.yPercent === true ? `${(of * 100).toFixed(1)} %` : short(of));
        const interval = low === undefined || high === undefined ? '' : ` (${value(low)} to ${value(high)})`;
        return `<tr><td>${escapeMarkup(name)}</td><td>${short(x)}</td><td>${value(y)}${interval}</td></tr>`;
      });
  });
  return `<details><summary>Numbers</summary><table><thead><tr><th>Line</th><th>${escapeMarkup(chart.x)}</th><th>${escapeMarkup(chart.y)}</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  place(value: number): number;
  /** The value at a share of the axis. */
  at(share: number): number;
}

function axis([from, to]: readonly [number, number], log: boolean, start: number, end: number): Axis {
  const clamp = (value: number): number => Math.min(Math.max(value, from), to);
  if (log) {
    const [a, b] = [Math.log10(from), Math.log10(to)];
    return {
      low: from,
      high: to,
      ticks: decades(from, to),
      place: (value) => start + ((Math.log10(clamp(value)) - a) / (b - a || 1)) * (end - start),
      at: (share) => 10 ** (a + share * (b - a)),
    };
  }
  return {
    low: from,
    high: to,
    ticks: niceTicks(from, to),
    place: (value) => start + ((clamp(value) - from) / (to - from || 1)) * (end - start),
    at: (share) => from + share * (to - from),
  };
}

function range(values: readonly number[]): readonly [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
}

function decades(from: number, to: number): readonly number[] {
  const wide = Math.log10(to / from) > 2;
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
    for (const factor of wide ? [1] : [1, 2, 3, 5, 7]) {
      const tick = factor * 10 ** power;
      if (tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9)) ticks.push(tick);
    }
  }
  // Within less than a decade round numbers at even steps say more.
  return ticks.length > 2 ? ticks : niceTicks(from, to);
}

function niceTicks(from: number, to: number): readonly number[] {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough - 1e-12)!;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step - 1e-9) * step; at <= to + step * 1e-6; at += step)
    ticks.push(Number(at.toPrecision(12)));
  return ticks;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
