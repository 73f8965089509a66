import { THREATS, type Threat } from '../core/threat.ts';
import { DETECTORS } from '../detect/registry.ts';
import { DEFENCES } from '../lab/defence/registry.ts';
import { INPUT_DETECTORS } from '../lab/detector/registry.ts';
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
 * attacks prove one threat, and all defences of models that withstand something prevent it; detectors name theirs.
 */
export function threatTable(): readonly ThreatRow[] {
  return THREATS.map((threat) => ({
    threat,
    prove: threat === 'adversarial-input' ? ATTACKS.map((attack) => attack.meta.id) : [],
    prevent:
      threat === 'adversarial-input'
        ? DEFENCES.filter(({ meta }) => meta.assurance !== 'none').map(({ meta }) => meta.id)
        : [],
    detect: [...DETECTORS, ...INPUT_DETECTORS]
      .filter(({ meta }) => (meta.threats as readonly Threat[]).includes(threat))
      .map(({ meta }) => meta.id),
  }));
}
