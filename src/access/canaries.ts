import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import type { CanaryRow, Store } from '../store/store.ts';
import { canaryCheck, canaryToken, isCanaryId, newCanaryId } from './canary-token.ts';
import type { Pepper } from './pepper.ts';

/** What a token was planted in. */
export const CANARY_KINDS = ['prompt', 'dataset', 'document'] as const;
export type CanaryKind = (typeof CANARY_KINDS)[number];

/** Canaries that one installation may have: each costs memory in every gateway. */
const MOST = 256;
const LONGEST_NOTE = 128;
const LONGEST_PLACE = 256;

export interface PlantedCanary extends CanaryRow {
  readonly token: string;
}

export interface CanaryService {
  /**
   * Makes a canary and writes it down: from now on every gateway of the installation looks for it.
   * @throws Fault `ERR_USAGE` when the note cannot be kept or there are too many.
   */
  plant(options: { kind: CanaryKind; note?: string | undefined; place?: string | undefined }): Promise<PlantedCanary>;
  /** Oldest first. @throws Fault `ERR_CONFIG` when some were planted with another pepper. */
  list(): Promise<readonly PlantedCanary[]>;
  /** @throws Fault `ERR_USAGE` when there is none with this id. */
  remove(id: string): Promise<void>;
}

export function createCanaryService(parts: {
  readonly store: Store;
  readonly pepper: Pepper;
  readonly clock: Clock;
}): CanaryService {
  const { store, pepper, clock } = parts;
  return {
    async plant({ kind, note, place }) {
      if (note !== undefined && (note.length > LONGEST_NOTE || /\p{Cc}/u.test(note))) {
        throw new Fault('ERR_USAGE', `A note has at most ${LONGEST_NOTE} characters and no control characters.`, {
          where: '--note',
        });
      }
      if ((await store.canaries()).length >= MOST) {
        throw new Fault('ERR_USAGE', `There are ${MOST} canaries already, which is as many as there may be.`, {
          hint: 'Remove some: parapet canary remove ID',
        });
      }
      const id = newCanaryId();
      const row: CanaryRow = {
        id,
        kind,
        note: note ?? null,
        place: place?.slice(-LONGEST_PLACE) ?? null,
        check: canaryCheck(pepper, id),
        createdAt: clock(),
      };
      await store.putCanary(row);
      return { ...row, token: canaryToken(pepper, id) };
    },

    async list() {
      const rows = await store.canaries();
      const strange = rows.find(({ id, check }) => check !== canaryCheck(pepper, id));
      if (strange !== undefined) {
        throw new Fault('ERR_CONFIG', `The canary ${strange.id} was planted with another pepper than this one's.`, {
          where: 'state/pepper',
          hint: 'Gateways that share a database share the file: copy it here. Or remove the canary.',
        });
      }
      return rows.map((row) => ({ ...row, token: canaryToken(pepper, row.id) }));
    },

    async remove(id) {
      const known = isCanaryId(id) && (await store.deleteCanary(id));
      if (!known) {
        throw new Fault('ERR_USAGE', 'There is no canary with this id.', { hint: 'parapet canary list shows them.' });
      }
    },
  };
}
