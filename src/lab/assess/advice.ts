import { epsText } from './eps-text.ts';
import type { Advice, Assessment } from './assessment.ts';

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** What to do next, from what was found: most urgent first. */
export function adviceFor(found: Omit<Assessment, 'advice'>): readonly Advice[] {
  const advice: Advice[] = [];
  const { model } = found;
  for (const check of found.selfChecks) {
    if (check.verdict === 'fail')
      advice.push({ urgency: 'high', says: `${check.says} ${check.advice}`, command: null });
  }
  const failed = found.requirements.filter(({ verdict }) => verdict === 'not-met');
  for (const { norm, eps, accuracy } of found.robust) {
    const { value } = accuracy;
    const lost = found.clean.accuracy.value - value;
    if (lost < 0.1) continue;
    const required = failed.some(({ text }) => text.includes(`@${norm}:`));
    const urgency = required || value < 0.1 ? 'high' : 'medium';
    if (norm === 'patch') {
      advice.push({
        urgency,
        says: `A sticker on ${percent(eps)} of the picture brings accuracy from ${percent(found.clean.accuracy.value)} to ${percent(value)}. PatchCleanser proves, picture by picture, that no sticker of a size can change the answer; several cameras or models that must agree raise the cost further.`,
        command: null,
      });
    } else if (norm === 'edits') {
      advice.push({
        urgency,
        says: `Changes of at most ${percent(eps)} of a text's words bring accuracy from ${percent(found.clean.accuracy.value)} to ${percent(value)}. Read texts in canonical form, which stops what people do not see, and train on misspelt and replaced words.`,
        command: 'parapet harden TARGET_FILE --data TRAINING_DATA --method text-augment --out hardened.onnx',
      });
    } else if (model.gradients && (norm === 'linf' || norm === 'l2')) {
      const wrapped = /(?:^|\.)wrapper\.json$/i.test(model.name);
      advice.push({
        urgency,
        says: `Changes of at most ${epsText(eps)} (${norm}) bring accuracy from ${percent(found.clean.accuracy.value)} to ${percent(value)}. Adversarial training is the defence that holds up under measurement.${wrapped ? ' Train the network behind the wrapper and wrap it again; members of an ensemble are trained so with --method ensemble --set member=pgd-at.' : ''}`,
        command: `parapet harden ${wrapped ? 'MODEL.onnx' : model.name} --data TRAINING_DATA --method pgd-at --norm ${norm} --eps ${epsText(eps)} --out hardened.onnx`,
      });
    } else {
      advice.push({
        urgency,
        says: `Changes of at most ${epsText(eps)} (${norm}) bring accuracy from ${percent(found.clean.accuracy.value)} to ${percent(value)}. Train with robust splits or monotone features, and limit how often one client may ask.`,
        command: null,
      });
    }
  }
  const blackBox = found.steps.find(({ step, byQueries }) => step.scenario === 'black-box' && byQueries !== null);
  const reached = blackBox?.byQueries?.findLast(({ fooled }) => fooled > 0);
  if (reached !== undefined && reached.fooled > 0.1) {
    advice.push({
      urgency: 'medium',
      says: `Who only asks for scores fools ${percent(reached.fooled)} of the samples within ${reached.queries} queries. Answer with labels only, limit the rate by caller, and watch for series of nearly equal inputs (detector stateful-query).`,
      command: null,
    });
  }
  const universal = found.steps.find(({ step }) => step.scenario === 'universal')?.metrics;
  if (universal !== undefined && universal !== null && universal.successRate.value > 0.2) {
    advice.push({
      urgency: 'medium',
      says: `One fixed change added to every input fools ${percent(universal.successRate.value)} of the samples: an attacker needs no access at the time of use.`,
      command: null,
    });
  }
  for (const { title, adaptive, truePositiveRate } of found.detectors) {
    if (adaptive !== null && truePositiveRate.value - adaptive.truePositiveRate.value > 0.2) {
      advice.push({
        urgency: 'low',
        says: `${title} sees ${percent(truePositiveRate.value)} of the attacks that do not know it and ${percent(adaptive.truePositiveRate.value)} of those that do: it raises the cost, and is no defence by itself.`,
        command: null,
      });
    }
  }
  const weakest = found.robust[0]?.perClass
    .filter(({ samples }) => samples >= 10)
    .toSorted((a, b) => a.robust - b.robust)[0];
  const whole = found.robust[0]?.accuracy.value ?? 0;
  if (weakest !== undefined && whole - weakest.robust > 0.2) {
    advice.push({
      urgency: 'low',
      says: `Class ${model.classNames?.[weakest.label] ?? weakest.label} is much weaker than the rest (${percent(weakest.robust)} under attack): look at its training samples and its nearest classes.`,
      command: null,
    });
  }
  if (found.status === 'incomplete') {
    advice.push({
      urgency: 'low',
      says: 'Time ran out or somebody interrupted. The same command goes on where it stopped.',
      command: null,
    });
  }
  const smallest = found.robust[0]?.accuracy.of ?? 0;
  if (smallest > 0 && smallest < 100 && found.data.count > smallest) {
    advice.push({
      urgency: 'low',
      says: `The robust accuracy stands on ${smallest} samples. Give more time for a narrower interval.`,
      command: null,
    });
  }
  const order = { high: 0, medium: 1, low: 2 };
  return advice.toSorted((a, b) => order[a.urgency] - order[b.urgency]);
}
