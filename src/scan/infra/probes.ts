import { APPLICATION_PROBES } from './probes/application-probes.ts';
import { PLATFORM_PROBES } from './probes/platform-probes.ts';
import type { Probe } from './probes/probe.ts';
import { SERVING_PROBES } from './probes/serving-probes.ts';
import { STORE_PROBES } from './probes/store-probes.ts';

/**
 * Questions by which services are known that let in whoever reaches them. An answer must have the shape that the service gives it: a page that answers
 * everything with 200 is no finding.
 */
export const PROBES: readonly Probe[] = [...SERVING_PROBES, ...STORE_PROBES, ...APPLICATION_PROBES, ...PLATFORM_PROBES];
