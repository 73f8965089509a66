import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { capped, REAL_USERS } from '../../train/folds.ts';
import { percent, table } from './table.ts';
import { overDefenceTexts, type Scored, type UserChannel } from './user-channel.ts';

const PEERS = resolve(import.meta.dirname, '../peers/node_modules');
/** Texts of a source that the peers are shown. */
const PER_SOURCE = 100;
/** Some peers take no longer texts. */
const LONGEST = 5000;

interface Peer {
  readonly name: string;
  fires(text: string): Promise<boolean>;
}

async function peers(): Promise<Peer[]> {
  const open = async (path: string): Promise<Record<string, unknown>> =>
    (await import(pathToFileURL(join(PEERS, path)).href)) as Record<string, unknown>;
  const { vard } = await open('@andersmyrmel/vard/dist/index.js');
  const preset = (name: 'moderate' | 'strict') =>
    (vard as Record<string, () => { safeParse(text: string): { safe: boolean } }>)[name]!();
  const [moderate, strict] = [preset('moderate'), preset('strict')];
  const hai = await open('@presidio-dev/hai-guardrails/dist/index.js');
  const guard = (mode: string) => {
    const make = hai['injectionGuard'] as (scope: object, options: object) => unknown;
    const Engine = hai['GuardrailsEngine'] as new (options: object) => { run(messages: object[]): Promise<unknown> };
    const engine = new Engine({ guards: [make({ roles: ['user'] }, { mode, threshold: 0.7 })] });
    return async (content: string) => {
      const { messagesWithGuardResult } = (await engine.run([{ role: 'user', content }])) as unknown as {
        messagesWithGuardResult: readonly { messages: readonly { passed: boolean }[] }[];
      };
      return messagesWithGuardResult.some(({ messages }) => messages.some(({ passed }) => !passed));
    };
  };
  return [
    { name: '@andersmyrmel/vard 1.2.0, moderate', fires: async (text) => !moderate.safeParse(text).safe },
    { name: '@andersmyrmel/vard 1.2.0, strict', fires: async (text) => !strict.safeParse(text).safe },
    // Its heuristic mode does not start as published: 1.12.0 looks for its worker under a path of the machine it was built on.
    { name: '@presidio-dev/hai-guardrails 1.12.0, pattern', fires: guard('pattern') },
  ];
}

/** Other programs on the same texts, each as it comes. */
export async function printPeers({ scored, shipped, at1 }: UserChannel): Promise<void> {
  console.log('\n## Beside other programs\n');
  if (!existsSync(join(PEERS, '@andersmyrmel/vard'))) return console.log('Not installed: npm run bench:peers.');
  const short = scored.filter(({ text }) => text.length <= LONGEST);
  const attacks = capped(
    short.filter(({ label }) => label === 1),
    PER_SOURCE,
  );
  const users = capped(
    short.filter(({ label, source }) => label === 0 && REAL_USERS.includes(source)),
    PER_SOURCE,
  );
  const over = overDefenceTexts();
  const rows: string[][] = [];
  const own = (name: string, threshold: number): void => {
    const share = (list: readonly Scored[]): number =>
      list.filter(({ score }) => score >= threshold).length / list.length;
    rows.push([name, percent(share(attacks)), percent(share(users)), '(above)', '-']);
  };
  own('Parapet user-attack, models of the folds, as shipped', shipped);
  own('the same at 1 % FPR', at1);
  for (const peer of await peers()) {
    const began = performance.now();
    const share = async (texts: readonly string[]): Promise<number> => {
      let fired = 0;
      for (const text of texts) if (await peer.fires(text)) fired++;
      return fired / texts.length;
    };
    const [recall, disturbed, wrong] = [
      await share(attacks.map(({ text }) => text)),
      await share(users.map(({ text }) => text)),
      await share(over),
    ];
    const each = (performance.now() - began) / (attacks.length + users.length + over.length);
    rows.push([peer.name, percent(recall), percent(disturbed), percent(1 - wrong), `${each.toFixed(2)} ms`]);
  }
  console.log(
    `${attacks.length} attacks and ${users.length} texts of real users, at most ${PER_SOURCE} a source and ${LONGEST} characters each.`,
  );
  table(['program', 'recall', 'real users disturbed', 'over-defence right', 'a text'], rows);
}
