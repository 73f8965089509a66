/** The eight threats that Parapet answers. Every plug-in names the ones it serves. */
export const THREATS = [
  'adversarial-input',
  'data-poisoning',
  'backdoor',
  'model-extraction',
  'membership-inference',
  'model-inversion',
  'prompt-injection',
  'denial-of-service',
] as const;

export type Threat = (typeof THREATS)[number];
