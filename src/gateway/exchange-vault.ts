import type { Principal } from '../core/principal.ts';
import { createAllowList } from '../detect/exfil-link/allow-list.ts';
import { bindVault, isReversible, restoresSomething } from '../guard/own-values.ts';
import type { Restoring } from '../guard/restorer.ts';
import type { Exchange } from './exchange.ts';

/** With a rule that restores: finds what the caller may get back. What the rule finds from now on is added. */
export async function openVault(
  exchange: Exchange,
  principal: Principal,
  object: string | null,
  stage: 'input' | 'output',
): Promise<void> {
  if (!restoresSomething(exchange.rules)) return;
  const { vault } = exchange.gateway;
  try {
    exchange.vault = await vault.open(principal.id, object);
  } catch (error) {
    vaultFailed(exchange, error, stage, 'the vault could not be read');
    exchange.vault = vault.openEmpty(principal.id);
  }
  exchange.rules = bindVault(exchange.rules, exchange.vault.vault);
}

/** Before an answer leaves that a later request can go on with, its values are where that request will look. */
export async function keepVault(exchange: Exchange, object: string, stage: 'input' | 'output'): Promise<void> {
  const { principal } = exchange.draft;
  if (exchange.vault === null || !exchange.kept || principal === null) return;
  try {
    await exchange.gateway.vault.keep(
      principal.id,
      exchange.vault,
      object,
      exchange.generation.loaded.config.guard.vault,
    );
  } catch (error) {
    vaultFailed(exchange, error, stage, 'the vault could not be written');
  }
}

/** What cannot be deleted now goes when it expires. */
export async function forgetVault(exchange: Exchange, principal: Principal, object: string): Promise<void> {
  try {
    await exchange.gateway.vault.forget(principal.id, object);
  } catch (error) {
    exchange.gateway.log.error(
      { err: error, request: exchange.draft.id },
      'values of a deleted response are still kept',
    );
  }
}

/** What puts values back into an answer; undefined where no rule restores any. */
export function restoringOf(exchange: Exchange): Restoring | undefined {
  if (exchange.vault === null) return undefined;
  const { linkHosts } = exchange.generation.loaded.config.guard.vault;
  return { vault: exchange.vault.vault, allows: createAllowList(linkHosts) };
}

/** A failed check like any other: what it means, each rule says itself. */
function vaultFailed(exchange: Exchange, error: unknown, stage: 'input' | 'output', reason: string): void {
  exchange.gateway.log.error({ err: error, request: exchange.draft.id }, reason);
  for (const rule of exchange.rules.filter(isReversible)) {
    exchange.draft.log.outcome(rule, stage, { status: 'failed', reason }, { segment: '', role: '', origin: '' });
  }
}
