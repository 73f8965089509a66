import type { AdminAction, AdminActionName } from '../../core/admin-action.ts';
import type { Clock } from '../../core/clock.ts';
import type { Runtime } from '../runtime.ts';
import { addressOf } from './admin-context.ts';
import type { AdminContext } from './admin-context.ts';

/** Writes what administrators do to the ledger and the log. */
export interface AdminAudit {
  /** Records the intent, acts, records the result. When the intent cannot be recorded nothing is done. */
  act<T>(
    c: AdminContext,
    action: AdminActionName,
    target: string | null,
    work: () => Promise<T>,
    /** What the action turned out to concern, when only its result tells (a new key's id). */
    resultTarget?: (result: T) => string | null,
    /** Names and hashes that belong to it. */
    detail?: AdminAction['detail'],
  ): Promise<T>;
  /** Records something that has happened: a sign-in. */
  record(admin: string, address: string, action: AdminActionName, target: string | null): Promise<void>;
}

export function createAdminAudit(runtime: Runtime, clock: Clock): AdminAudit {
  const encoder = new TextEncoder();
  const write = async (fields: Omit<AdminAction, 'v' | 'type' | 'time'>) => {
    const entry: AdminAction = { v: 1, type: 'admin', time: new Date(clock()).toISOString(), ...fields };
    await runtime.ledger.append(encoder.encode(JSON.stringify(entry)));
    runtime.log.info({ audit: entry }, `admin ${fields.admin}: ${fields.action} ${fields.result}`);
  };
  return {
    async act(c, action, target, work, resultTarget, detail) {
      const who = {
        admin: c.get('admin').name,
        address: addressOf(c),
        action,
        ...(detail === undefined ? {} : { detail }),
      };
      await write({ ...who, target, result: 'begun' });
      let result;
      try {
        result = await work();
      } catch (error) {
        await write({ ...who, target, result: 'failed' });
        throw error;
      }
      await write({ ...who, target: resultTarget?.(result) ?? target, result: 'done' });
      return result;
    },
    record: (admin, address, action, target) => write({ admin, address, action, target, result: 'done' }),
  };
}
