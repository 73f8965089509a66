import { resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { Detector, Subject } from '../detect/detector.ts';
import { DETECTORS } from '../detect/registry.ts';
import { NO_RESOURCES } from '../detect/resources.ts';
import type { ResourceLease } from '../resources/detector-resources.ts';
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
  /** Closes what the detectors opened. */
  close(): Promise<void>;
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
  const { options, lease } = await settingsOf(ask.config, io);
  const ready = ({ meta }: Detector<string, never>): boolean => meta.needs === undefined || options.has(meta.id);
  const chosen = all.filter((one) => (named === undefined ? looks(one) && ready(one) : named.includes(one.meta.id)));
  const needing = chosen.find((one) => !ready(one));
  if (needing !== undefined) {
    throw new Fault('ERR_USAGE', `The detector "${needing.meta.id}" has no options that would do by default.`, {
      hint: 'Name a configuration with a rule that uses it: --config parapet.yaml.',
    });
  }
  const resources = lease?.resources ?? NO_RESOURCES;
  const made = {
    detectors: chosen.map((detector) => ({
      id: detector.meta.id,
      inspector: detector.create((options.get(detector.meta.id) ?? detector.defaults) as never, resources),
      subject: SUBJECTS[ask.channel],
    })),
    silent: chosen.filter((detector) => !looks(detector)).map(({ meta }) => meta.id),
    close: async () => lease?.release(),
  };
  await lease?.ready();
  return made;
}

async function settingsOf(
  config: string | undefined,
  io: Io,
): Promise<{ readonly options: ReadonlyMap<string, unknown>; readonly lease: ResourceLease | null }> {
  if (config === undefined) return { options: new Map(), lease: null };
  const { loadConfig } = await import('../config/load.ts');
  const { DetectorResources } = await import('../resources/detector-resources.ts');
  const loaded = await loadConfig(resolve(io.cwd, config), io.env, config);
  const options = new Map<string, unknown>();
  for (const rule of loaded.config.rules) if (!options.has(rule.detector)) options.set(rule.detector, rule.options);
  // What is planted is known to the gateway's store alone.
  const lease = new DetectorResources({ canaries: NO_RESOURCES.canaries }).lease(loaded.directory);
  return { options, lease };
}
