import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Detector, Subject } from '../detect/detector.ts';
import { DETECTORS } from '../detect/registry.ts';
import { NO_RESOURCES, type Resources } from '../detect/resources.ts';
import type { ScoredDetector } from '../guard/score-text.ts';
import type { Io } from './command.ts';

/** Whose words a text is taken for. */
export const CHANNELS = ['user', 'data', 'output'] as const;
export type Channel = (typeof CHANNELS)[number];

const SUBJECTS: Readonly<Record<Channel, Subject>> = {
  user: { stage: 'input', role: 'user', origin: 'user', kind: 'text' },
  data: { stage: 'input', role: 'tool', origin: 'tool', kind: 'tool-result' },
  output: { stage: 'output', role: 'assistant', origin: 'model', kind: 'text' },
};

export interface ChosenDetectors {
  readonly detectors: readonly ScoredDetector[];
  /** Of those that were named: the ones that do not look at this channel. */
  readonly silent: readonly string[];
}

/**
 * The detectors that a command names, or all that look at the channel, with the options of the first rule that uses
 * them in the configuration, or their defaults.
 * @throws Fault `ERR_USAGE` for a detector that does not exist, `ERR_CONFIG`.
 */
export async function chooseDetectors(
  ask: { readonly channel: Channel; readonly ids: string | undefined; readonly config: string | undefined },
  io: Io,
): Promise<ChosenDetectors> {
  const all = DETECTORS as readonly unknown[] as readonly Detector<string, never>[];
  const { stage } = SUBJECTS[ask.channel];
  const looks = ({ meta }: Detector<string, never>): boolean => meta.stages.includes(stage);
  const named = ask.ids?.split(',').map((id) => id.trim());
  for (const id of named ?? []) {
    if (!all.some(({ meta }) => meta.id === id)) {
      const known = all.map(({ meta }) => meta.id).join(', ');
      throw new Fault('ERR_USAGE', `There is no detector "${id}"; there are ${known}.`);
    }
  }
  const chosen = named === undefined ? all.filter(looks) : all.filter(({ meta }) => named.includes(meta.id));
  const { options, resources } = await settingsOf(ask.config, io);
  return {
    detectors: chosen.map((detector) => ({
      id: detector.meta.id,
      inspector: detector.create((options.get(detector.meta.id) ?? detector.defaults) as never, resources),
      subject: SUBJECTS[ask.channel],
    })),
    silent: chosen.filter((detector) => !looks(detector)).map(({ meta }) => meta.id),
  };
}

async function settingsOf(
  config: string | undefined,
  io: Io,
): Promise<{ readonly options: ReadonlyMap<string, unknown>; readonly resources: Resources }> {
  if (config === undefined) return { options: new Map(), resources: NO_RESOURCES };
  const { loadConfig } = await import('../config/load.ts');
  const loaded = await loadConfig(resolve(io.cwd, config), io.env, config);
  const options = new Map<string, unknown>();
  for (const rule of loaded.config.rules) if (!options.has(rule.detector)) options.set(rule.detector, rule.options);
  return { options, resources: NO_RESOURCES };
}
