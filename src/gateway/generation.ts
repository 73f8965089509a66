import type { BudgetKeeper } from '../access/budgets.ts';
import type { Prices } from '../access/prices.ts';
import type { FileSettings } from '../guard/files/file-settings.ts';
import type { ResourceLease } from '../resources/detector-resources.ts';
import type { Generation as AdminView } from './runtime.ts';
import type { Upstream } from './upstream.ts';

/** Everything that a configuration decides, built once and swapped whole on reload. A request keeps the one it began with. */
export interface Generation extends AdminView {
  readonly budgets: BudgetKeeper;
  readonly prices: Prices;
  /** The models and judges that the rules use. */
  readonly lease: ResourceLease;
  /** How images and files in messages are read. */
  readonly files: FileSettings;
  readonly upstreams: readonly Upstream[];
  /** Values that must never leave: the providers' keys. */
  readonly providerKeys: readonly string[];
  now(): number;
}
