import { shareAbove } from '../../train/metrics.ts';
import { Seeded } from '../../train/seeded.ts';
import type { Detector } from '../../src/detect/detector.ts';
import { DETECTORS } from '../../src/detect/registry.ts';
import { shipped } from './judges.ts';
import { OBFUSCATIONS } from './obfuscations.ts';
import { percent, table } from './table.ts';
import { overDefenceTexts, type UserChannel } from './user-channel.ts';

/** English-like, short enough to be hidden as a whole, and of sources that nothing was trained on. */
const MOST = 400;
const LONGEST = 600;

/** Recall of attacks when they are hidden, against their plain form. */
export async function printObfuscated({ scored, shipped: threshold }: UserChannel): Promise<void> {
  const attacks = scored
    .filter(({ label, never, text }) => label === 1 && never && text.length <= LONGEST && /^[ -~\n]+$/.test(text))
    .map(({ text }) => text);
  const step = Math.ceil(attacks.length / MOST);
  const chosen = attacks.filter((_, i) => i % step === 0);
  const judge = shipped('user-attack');
  const other = (DETECTORS as readonly unknown[] as readonly Detector<string, unknown>[]).find(
    ({ meta }) => meta.id === 'obfuscation',
  );
  const inspector = other?.create(other.defaults);
  const fires = async (text: string): Promise<boolean> =>
    inspector !== undefined &&
    (await inspector.inspect(text, { stage: 'input', role: 'user', origin: 'user', kind: 'text' })).length > 0;
  const rows: (readonly (string | number)[])[] = [];
  const benign = overDefenceTexts();
  const measure = async (name: string, hide: (text: string) => string): Promise<void> => {
    const scores = chosen.map((text) => judge(hide(text)));
    let [alone, either] = [0, 0];
    for (const [i, text] of chosen.entries()) {
      const fired = await fires(hide(text));
      if (fired) alone++;
      if (fired || scores[i]! >= threshold) either++;
    }
    const found = shareAbove(scores, threshold);
    if (rows.length === 0) plain = found;
    rows.push([
      name,
      percent(found),
      `${((found - plain) * 100).toFixed(1)}`,
      inspector === undefined ? '-' : percent(alone / chosen.length),
      inspector === undefined ? '-' : percent(either / chosen.length),
      percent(
        shareAbove(
          benign.map((text) => judge(hide(text))),
          threshold,
        ),
      ),
    ]);
  };
  let plain = 0;
  await measure('plain', (text) => text);
  for (const [name, hide] of Object.entries(OBFUSCATIONS)) {
    const chance = new Seeded(5);
    await measure(name, (text) => hide(text, chance));
  }
  console.log(
    `\n## Hidden attacks\n\n${chosen.length} attacks of sources that nothing was trained on, shipped model and threshold.${inspector === undefined ? ' The `obfuscation` detector is not registered here.' : ''} The last column hides our benign trigger texts the same way.`,
  );
  table(['hidden by', 'user-attack', 'points against plain', 'obfuscation', 'either', 'benign disturbed'], rows);
}
