/** The seven layers of defence that hold the eight threats' answers. */
export const LAYERS = [
  'data-protection',
  'model-hardening',
  'access-control',
  'input-filtering',
  'output-monitoring',
  'infrastructure-security',
  'continuous-monitoring',
] as const;

export type Layer = (typeof LAYERS)[number];
