import { THREATS, type Threat } from '../core/threat.ts';
import { DETECTORS } from '../detect/registry.ts';
import { ATTACKS } from '../lab/evasion/registry.ts';

/** Ids of the plug-ins that answer one threat: attacks that prove it, defences that prevent it, detectors that see it. */
export interface ThreatRow {
  readonly threat: Threat;
  readonly prove: readonly string[];
  readonly prevent: readonly string[];
  readonly detect: readonly string[];
}

/**
 * One row a threat, from the registries that exist. Where there is no registry yet, cells are empty rather than promised. All evasion
 * attacks prove one threat.
 */
export function threatTable(): readonly ThreatRow[] {
  return THREATS.map((threat) => ({
    threat,
    prove: threat === 'adversarial-input' ? ATTACKS.map((attack) => attack.meta.id) : [],
    prevent: [],
    detect: DETECTORS.filter((detector) => (detector.meta.threats as readonly Threat[]).includes(threat)).map(
      (detector) => detector.meta.id,
    ),
  }));
}
