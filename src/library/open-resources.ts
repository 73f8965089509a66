import { NO_RESOURCES, type Resources } from '../detect/resources.ts';
import { DetectorResources } from '../resources/detector-resources.ts';

/** Models and judges for rules that name them. */
export interface OpenResources {
  /** For `createGuard`. */
  readonly resources: Resources;
  /**
   * Loads every model that the rules made so far asked for.
   * @throws Fault `ERR_CONFIG` when one cannot be loaded.
   */
  ready(): Promise<void>;
  /** Ends the threads that models run on. */
  close(): Promise<void>;
}

/**
 * What rules with an `encoder` or a `judge` need: models from local folders, endpoints over the network.
 * @param directory what relative folders in rules are relative to.
 */
export function openResources(directory: string): OpenResources {
  const { resources, ready, release } = new DetectorResources({ canaries: NO_RESOURCES.canaries }).lease(directory);
  return { resources, ready, close: release };
}
