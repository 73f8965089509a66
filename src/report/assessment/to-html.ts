import { epsText } from '../../lab/assess/eps-text.ts';
import type { AssessArtefacts } from '../../lab/assess/assess.ts';
import type { Assessment, StepResult } from '../../lab/assess/assessment.ts';
import { inShape, PATCH_SHAPES } from '../../lab/evasion/adversarial-patch/patch-mask.ts';
import type { Share } from '../../lab/evasion/metrics.ts';
import { imageLayout, isPicture, type ImageLayout } from '../../lab/image-layout.ts';
import { decodeText } from '../../lab/text-codec.ts';
import { CHART_STYLE } from '../chart.ts';
import { escapeMarkup } from '../escape-markup.ts';
import { page } from '../page.ts';
import { blackBoxCharts, certifiedChart, curveChart, perClassChart, rocCharts } from './charts.ts';
import { percent, percentOf } from './numbers.ts';
import { differenceOf, inlined, pictureOf } from './pictures.ts';

const STYLE = `${CHART_STYLE}
.bar { display: inline-block; height: .7rem; border-radius: .15rem; vertical-align: middle; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; list-style: none; padding: 0; } .pictures li { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem; }
.pictures img { image-rendering: pixelated; display: inline-block; margin-right: .35rem; border-radius: .2rem; } .pictures p { margin: .3rem 0 0; font-size: .9rem; max-width: 36rem; }
.met { color: var(--good); font-weight: 600; } .not-met { color: var(--critical); font-weight: 600; } .unknown { color: var(--medium); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } pre { background: var(--soft); padding: .7rem; border-radius: .4rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

export interface AssessmentPage {
  readonly version: string;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  /** The command that made it. */
  readonly command: string;
}

/** Examples shown of one attack. */
const SHOWN = 6;

/**
 * An assessment as one page for people: what holds, whether it can be believed, what the attacks did to which pictures, what to do next, and how to do it
 * again. Needs nothing else, runs no script.
 */
export function assessmentToHtml(found: Assessment, artefacts: AssessArtefacts, about: AssessmentPage): string {
  const text = escapeMarkup;
  const { model } = found;
  const body: string[] = [
    `<h1>Assessment of ${text(model.name)}</h1>`,
    `<p class="quiet">${new Date(about.time).toISOString().slice(0, 16).replace('T', ' ')} UTC, Parapet ${text(about.version)}, ${found.data.count} samples of ${text(found.data.name)}, input [${model.inputShape.join(', ')}], ${model.classes} classes, values ${model.bounds.low} to ${model.bounds.high}</p>`,
    '<ul class="counts">',
    card('right on clean samples', found.clean.accuracy),
    ...(found.clean.abstained === null ? [] : [card('abstained on, clean', found.clean.abstained)]),
    ...found.robust.map(({ norm, eps, accuracy }) =>
      card(
        `${found.clean.abstained === null ? 'right under attack' : 'right, and not brought to a wrong answer'}, ${norm === 'patch' ? `a sticker on ${percent(eps)}` : `${norm} ${epsText(eps)}`}`,
        accuracy,
      ),
    ),
    '</ul>',
  ];
  if (found.status === 'incomplete') {
    body.push(
      '<p class="unknown">Not everything that was planned has run: see what was left out. The same command goes on.</p>',
    );
  }
  if (found.clean.abstained !== null) {
    body.push(
      '<p>The model may abstain. An abstention is handed to somebody else: on clean samples it is not right, under attack it is no success of the attacker, who has to bring the model to a wrong answer. How many samples an attacker can keep from being answered says <code>parapet attack --abstention error</code>.</p>',
    );
  }
  for (const remark of model.remarks) body.push(`<p class="quiet">${text(remark)}</p>`);
  if (found.requirements.length > 0) {
    body.push(
      '<h2>What was required</h2>',
      table(
        ['Requirement', 'Verdict', 'Measured'],
        found.requirements.map(({ text: required, verdict, says }) => [
          `<code>${text(required)}</code>`,
          `<span class="${verdict}">${verdict.replace('-', ' ')}</span>`,
          text(says),
        ]),
      ),
    );
  }
  body.push(...doubts(found));
  body.push(...next(found));
  if (found.steps.length > 0) {
    body.push(
      '<h2>Attacks</h2>',
      '<p class="quiet">Every success was predicted again from the saved bytes, and checked against bounds and eps. Accuracy under attack is an upper bound: a better attack can only lower it.</p>',
      attackTable(found.steps.filter(({ step }) => !isCurve(step.id))),
      ...curveRows(found),
    );
  }
  body.push(...survivors(found));
  const curve = found.curves.map((one) => curveChart(found, one)).filter((chart) => chart !== '');
  if (curve.length > 0) body.push('<h2>Accuracy over eps</h2>', ...curve);
  body.push(...examples(found, artefacts));
  const perClass = perClassChart(found);
  if (perClass !== '') body.push('<h2>By class</h2>', perClass);
  const black = blackBoxCharts(found);
  if (black.length > 0) body.push('<h2>Without the model in hand</h2>', ...black);
  if (found.certificates.length > 0) {
    body.push(
      '<h2>What is proven</h2>',
      '<p class="quiet">Certified: no change within eps can alter the answer, whatever the attack. Measured accuracy under attack is an upper bound of the truth, certified accuracy a lower one.</p>',
      ...found.certificates.map((one) => certifiedChart(found, one)),
    );
  }
  if (found.detectors.length > 0) {
    body.push(
      '<h2>Detectors</h2>',
      '<p class="quiet">Thresholds come from other clean samples than those shown. The dashed line is the attack that knows the detector: only that one says what the detector is worth.</p>',
      detectorTable(found),
      ...rocCharts(found),
    );
  }
  if (found.notRun.length > 0) {
    body.push(
      '<h2>Left out</h2>',
      table(
        ['What', 'Why'],
        found.notRun.map(({ what, why }) => [text(what), text(why)]),
      ),
    );
  }
  body.push(...again(found, about));
  return page(`Assessment of ${model.name}`, body, STYLE);
}

function card(name: string, share: Share): string {
  return `<li><b>${percent(share.value)}</b>${escapeMarkup(name)}<br><span class="quiet">${percent(share.low)} to ${percent(share.high)}, ${share.of} samples</span></li>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string): string => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('');
  return `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table>`;
}

/** The first five are AutoAttack's own flags. */
const AUTOATTACK_FLAGS = 5;

function doubts(found: Assessment): readonly string[] {
  const { selfChecks } = found;
  if (selfChecks.length === 0) return [];
  const failed = selfChecks.filter(({ verdict }) => verdict === 'fail').length;
  const head =
    failed === 0
      ? '<p class="good">No self-check speaks against the numbers.</p>'
      : `<p class="not-met">${failed} of ${selfChecks.length} self-checks say that the accuracy under attack must not be believed: the model may hide its gradients rather than withstand attacks.</p>`;
  const tones = { pass: 'met', fail: 'not-met', 'not-run': 'unknown' };
  return [
    '<h2>Can the numbers be believed?</h2>',
    head,
    table(
      ['Check', 'Verdict', 'What was found'],
      selfChecks.map(({ id, verdict, says, advice, numbers }, at) => [
        `<code>${id}</code>${at < AUTOATTACK_FLAGS ? '<br><span class="quiet">AutoAttack</span>' : ''}`,
        `<span class="${tones[verdict]}">${verdict.replace('-', ' ')}</span>`,
        `${escapeMarkup(says)}${advice === '' ? '' : `<br><b>What to do:</b> ${escapeMarkup(advice)}`}<br><span class="quiet">${Object.entries(
          numbers,
        )
          .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
          .join(', ')}</span>`,
      ]),
    ),
  ];
}

function next(found: Assessment): readonly string[] {
  if (found.advice.length === 0) return [];
  const items = found.advice.map(
    ({ urgency, says, command }) =>
      `<li><span class="severity ${urgency}">${urgency}</span> ${escapeMarkup(says)}${command === null ? '' : `<pre>${escapeMarkup(command)}</pre>`}</li>`,
  );
  return ['<h2>What to do next</h2>', `<ul>${items.join('')}</ul>`];
}

const isCurve = (id: string): boolean => id.startsWith('curve-');

/** The points of the curve, which the chart below shows. */
function curveRows(found: Assessment): readonly string[] {
  const own = found.steps.filter(({ step }) => isCurve(step.id));
  if (own.length === 0) return [];
  return [`<details><summary>${own.length} points of the curve</summary>${attackTable(own)}</details>`];
}

function attackTable(steps: readonly StepResult[]): string {
  const rows = steps.map(({ step, status, reason, attacked, metrics, seconds }) => {
    const { norm, eps } = step.perturbation;
    const place =
      norm === 'patch' ? `sticker on ${percent(eps)}` : `${norm} ${eps === Infinity ? 'smallest' : epsText(eps)}`;
    if (metrics === null) {
      return [
        `${escapeMarkup(step.title)}`,
        place,
        String(attacked),
        '',
        '',
        '',
        `<span class="unknown">${status}</span> ${escapeMarkup(reason)}`,
      ];
    }
    const unlimited = eps === Infinity;
    return [
      `${escapeMarkup(step.title)}<br><span class="quiet">${escapeMarkup(step.why)}</span>`,
      place,
      String(attacked),
      unlimited ? '' : percentOf(metrics.robustAccuracy),
      metrics.distance === null ? '' : `${Number(metrics.distance.median.toPrecision(3))}`,
      `${Math.round(metrics.queries.mean)} / ${Math.round(metrics.gradients.mean)}`,
      status === 'complete'
        ? `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
        : `<span class="unknown">${status}</span> ${escapeMarkup(reason)}`,
    ];
  });
  return table(
    ['Attack', 'Norm, eps', 'Samples', 'Right under attack', 'Median distance', 'Forward / backward passes', 'Time'],
    rows,
  );
}

/** Which member of a composed attack left how many. */
function survivors(found: Assessment): readonly string[] {
  const parts: string[] = [];
  for (const { step, metrics } of found.steps) {
    if (metrics === null || step.attack !== 'autoattack') continue;
    const right = Math.round(metrics.cleanAccuracy.value * metrics.samples);
    let left = right;
    const rows = ['apgd-ce', 'apgd-t', 'fab-t', 'square'].map((member) => {
      const fooled = metrics.foundBy[member] ?? 0;
      left -= fooled;
      const share = metrics.samples === 0 ? 0 : left / metrics.samples;
      return [
        `<code>${member}</code>`,
        String(fooled),
        `${left} of ${metrics.samples} (${percent(share)})`,
        `<span class="bar" style="width: ${Math.round(share * 160)}px; background: var(--tone-1)"></span>`,
      ];
    });
    parts.push(
      `<h3>What each member of ${escapeMarkup(step.title)} at ${epsText(step.perturbation.eps)} left</h3>`,
      table(['Member', 'Fooled first', 'Right afterwards', ''], rows),
    );
  }
  return parts;
}

function examples(found: Assessment, artefacts: AssessArtefacts): readonly string[] {
  const layout = imageLayout(found.model.inputShape);
  const shown = found.steps.filter(
    ({ step, metrics }) =>
      metrics !== null &&
      metrics.successRate.value > 0 &&
      (step.standard || step.scenario === 'sticker' || step.scenario === 'universal' || step.attack === 'ddn'),
  );
  if (shown.length === 0) return [];
  const isMap = found.model.inputShape.length === 2;
  return [
    '<h2>Examples</h2>',
    isPicture(layout)
      ? `<p class="quiet">Left the sample as it is, then as it was changed, then the change times ten around grey.${isMap ? ` Samples of [${found.model.inputShape.join(', ')}] are drawn as maps: the first axis downwards, dark is ${found.model.bounds.low} and light ${found.model.bounds.high}.` : ''}</p>`
      : '',
    ...shown.flatMap((result) =>
      isPicture(layout) ? pictures(found, artefacts, result, layout) : values(found, artefacts, result),
    ),
  ];
}

/** Fooled samples of as many classes as there are. */
function chosen(
  result: StepResult,
  artefacts: AssessArtefacts,
): readonly { readonly sample: number; readonly answer: number; readonly label: number }[] {
  const fooled = artefacts.reports.get(result.step.id)!.outcomes.filter((one) => one.fooled);
  const seen = new Set<number>();
  const first = fooled.filter(({ label }) => !seen.has(label) && seen.add(label));
  return [...first, ...fooled.filter((one) => !first.includes(one))].slice(0, SHOWN);
}

function named(found: Assessment, label: number): string {
  const name = found.model.classNames?.[label];
  return escapeMarkup(name === undefined ? `class ${label}` : name);
}

function rowOf(values: Float32Array, size: number, at: number): Float32Array {
  return values.subarray(at * size, (at + 1) * size);
}

function pictures(
  found: Assessment,
  artefacts: AssessArtefacts,
  result: StepResult,
  layout: ImageLayout,
): readonly string[] {
  const { step } = result;
  const report = artefacts.reports.get(step.id)!;
  const size = artefacts.data.inputs.length / artefacts.data.count;
  const range = found.model.bounds;
  const items = chosen(result, artefacts).map(({ sample, label, answer }) => {
    const clean = rowOf(artefacts.data.inputs, size, sample);
    const changed = rowOf(report.adversarial, size, sample);
    const third =
      step.scenario === 'sticker'
        ? ''
        : inlined(differenceOf(clean, changed, layout, range, 10), 'the change, times ten');
    return `<li>${inlined(pictureOf(clean, layout, range), 'as it is')}${inlined(pictureOf(changed, layout, range), 'as it was changed')}${third}<p>Sample ${artefacts.order[sample]}: ${named(found, label)} is taken for ${named(found, answer)}</p></li>`;
  });
  const parts = [
    `<h3>${escapeMarkup(step.title)}${step.perturbation.eps === Infinity ? '' : `, ${step.perturbation.norm === 'patch' ? percent(step.perturbation.eps) : epsText(step.perturbation.eps)}`}</h3>`,
  ];
  const { pattern } = report;
  if (pattern !== undefined) {
    const own = imageLayout(pattern.shape.slice(-3));
    if (isPicture(own)) {
      const each = own.channels * own.height * own.width;
      const first = pattern.values.subarray(0, each);
      const image =
        step.scenario === 'sticker'
          ? pictureOf(cutOut(first, own, step.options), own, { low: 0, high: 1 })
          : differenceOf(new Float32Array(each), first, own, range, 10);
      const says = step.scenario === 'sticker' ? 'The sticker itself' : 'The change itself, times ten';
      parts.push(`<ul class="pictures"><li>${inlined(image, says)}<p>${says}</p></li></ul>`);
    }
  }
  parts.push(`<ul class="pictures">${items.join('')}</ul>`);
  return parts;
}

/** A sticker's values with grey where its shape leaves them out. */
function cutOut(values: Float32Array, { channels, height, width, at }: ImageLayout, options: unknown): Float32Array {
  const named = (options as { readonly shape?: unknown } | null)?.shape;
  const shape = PATCH_SHAPES.find((one) => one === named);
  if (shape === undefined) return values;
  const shown = values.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (inShape(shape, (x + 0.5) / width, (y + 0.5) / height)) continue;
      for (let c = 0; c < channels; c++) shown[at(c, y, x)] = 0.5;
    }
  }
  return shown;
}

/** Inputs without pixels: the features that were changed most. */
function values(found: Assessment, artefacts: AssessArtefacts, result: StepResult): readonly string[] {
  const { step } = result;
  const report = artefacts.reports.get(step.id)!;
  const size = artefacts.data.inputs.length / artefacts.data.count;
  const rows = chosen(result, artefacts).map(({ sample, label, answer }) => {
    const clean = rowOf(artefacts.data.inputs, size, sample);
    const changed = rowOf(report.adversarial, size, sample);
    const answers = `${named(found, label)} → ${named(found, answer)}`;
    if (step.perturbation.norm === 'edits') {
      return [String(artefacts.order[sample]), answers, `${shownText(clean)}<br>${shownText(changed)}`];
    }
    const most = Array.from({ length: size }, (_, i) => i)
      .filter((i) => clean[i] !== changed[i])
      .toSorted((a, b) => Math.abs(changed[b]! - clean[b]!) - Math.abs(changed[a]! - clean[a]!));
    const shown = most
      .slice(0, 5)
      .map((i) => `feature ${i}: ${Number(clean[i]!.toPrecision(4))} → ${Number(changed[i]!.toPrecision(4))}`);
    return [
      String(artefacts.order[sample]),
      answers,
      `${shown.join('<br>')}${most.length > 5 ? `<br><span class="quiet">and ${most.length - 5} more</span>` : ''}`,
    ];
  });
  const what = step.perturbation.norm === 'edits' ? 'Text, before and after' : 'Changed most';
  return [`<h3>${escapeMarkup(step.title)}</h3>`, table(['Sample', 'Answer', what], rows)];
}

/** Characters of a text that are shown. */
const SHOWN_CHARACTERS = 300;

/** A text so that nothing in it hides: controls, invisible characters and letters beyond ASCII by their code points, too. */
function shownText(row: Float32Array): string {
  const characters = [...decodeText(row)];
  const shown = characters.slice(0, SHOWN_CHARACTERS).map((character) => {
    const point = character.codePointAt(0)!;
    if (/[\p{C}\p{Z}]/u.test(character) && character !== ' ') return codePoint(point);
    return point < 0x7f ? character : `${character}${codePoint(point)}`;
  });
  return `${escapeMarkup(shown.join(''))}${characters.length > SHOWN_CHARACTERS ? '…' : ''}`;
}

function codePoint(point: number): string {
  return `[U+${point.toString(16).toUpperCase().padStart(4, '0')}]`;
}

function detectorTable(found: Assessment): string {
  return table(
    [
      'Detector',
      'Attack',
      'False alarms (stated)',
      'Seen, attack unaware',
      'Seen, attack aware',
      'Fools model and detector',
    ],
    found.detectors.map((one) => [
      escapeMarkup(one.title),
      `${escapeMarkup(one.attack)} ${one.norm} ${epsText(one.eps)}`,
      `${percentOf(one.falsePositiveRate)} (${percent(one.statedFalsePositiveRate)})`,
      percentOf(one.truePositiveRate),
      one.adaptive === null ? escapeMarkup(one.adaptiveSays) : percentOf(one.adaptive.truePositiveRate),
      one.adaptive === null ? '' : percentOf(one.adaptive.evaded),
    ]),
  );
}

function queriesLine({ queries }: Assessment): string {
  if (queries === null) return '';
  const { inAll, budget, cost } = queries;
  const bound = budget === null ? '' : ` of ${budget}`;
  const price = cost === null ? '' : `, about ${cost.amount.toFixed(2)} ${escapeMarkup(cost.currency)}`;
  return ` The model was sent ${inAll}${bound} queries${price}.`;
}

function again(found: Assessment, about: AssessmentPage): readonly string[] {
  const steps = found.steps.map(({ step, attacked }) => [
    `<code>${escapeMarkup(step.id)}</code>`,
    String(attacked),
    `<code>${escapeMarkup(JSON.stringify(step.options))}</code>`,
  ]);
  return [
    '<h2>How to do it again</h2>',
    `<pre>${escapeMarkup(about.command)}</pre>`,
    `<p class="quiet">Seed <code>${escapeMarkup(found.seed)}</code>; model SHA-256 <code>${found.model.sha256 ?? 'not a file'}</code>; data <code>${found.data.sha256}</code>. A forward pass took ${found.cost.forward.toFixed(3)} ms a sample${
      found.cost.gradient === null ? '' : `, forward and backward ${found.cost.gradient.toFixed(3)} ms`
    }; ${Math.round(found.seconds)} s in all.${queriesLine(found)}</p>`,
    `<details><summary>Steps and their parameters</summary>${table(['Step', 'Samples', 'Parameters'], steps)}</details>`,
  ];
}
