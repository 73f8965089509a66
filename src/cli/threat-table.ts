import { THREATS, type Threat } from '../core/threat.ts';
import { DETECTORS } from '../detect/registry.ts';

/** Ids of the plug-ins that answer one threat: attacks that prove it, defences that prevent it, detectors that see it. */
export interface ThreatRow {
  readonly threat: Threat;
  readonly prove: readonly string[];
  readonly prevent: readonly string[];
  readonly detect: readonly string[];
}

/**
 * One row a threat, from the registries that exist. Attacks and defences have no registry in this version, so
 * their cells are empty rather than promised.
 */
export function threatTable(): readonly ThreatRow[] {
  return THREATS.map((threat) => ({
    threat,
    prove: [],
    prevent: [],
    detect: DETECTORS.filter((detector) => (detector.meta.threats as readonly Threat[]).includes(threat)).map(
      (detector) => detector.meta.id,
    ),
  }));
}
