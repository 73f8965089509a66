import { rm } from 'node:fs/promises';
import { Fault } from '../../../core/fault.ts';
import type { OnnxModel } from '../../../formats/onnx/onnx-model.ts';
import { seededRandom } from '../../../math/random.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { pickData } from '../../split-data.ts';
import { type Artefact, type Defence, type DefenceContext, defineDefence } from '../defence.ts';
import { withTransferred } from './transfer-samples.ts';

export const DIVERSITIES = ['seed', 'bootstrap', 'transfer'] as const;

export interface EnsembleOptions {
  readonly members: number;
  /** How many members must name the same class; 0: the mean of all decides, and nothing is abstained on; null: more than half. */
  readonly agree: number | null;
  /** Id of the method by which each member is trained. */
  readonly member: string;
  readonly diversity: (typeof DIVERSITIES)[number];
  /** Of the members' method where it has them, and of `diversity: transfer`. */
  readonly norm: 'linf' | 'l2';
  readonly eps: number;
  /** Options of the members' method, as they were given. */
  readonly [option: string]: unknown;
}

const defaults: EnsembleOptions = {
  members: 3,
  agree: null,
  member: 'standard',
  diversity: 'transfer',
  norm: 'linf',
  eps: 8 / 255,
};

/** Several models that have to agree. */
export const ensemble = defineDefence<'ensemble', EnsembleOptions>({
  meta: {
    id: 'ensemble',
    title: 'Ensemble that cross-checks',
    summary: 'Trains several models that differ, and answers only what most of them agree on; otherwise it abstains.',
    assurance: 'none',
    references: ['Tramèr et al. 2018, arXiv:1705.07204', 'Breiman 1996, doi:10.1007/BF00058655'],
  },
  options: (z) =>
    z.looseObject({
      members: z.int().min(2).max(16).default(defaults.members),
      agree: z.int().min(0).max(16).nullable().default(defaults.agree),
      member: z.string().default(defaults.member),
      diversity: z.enum(DIVERSITIES).default(defaults.diversity),
      norm: z.enum(['linf', 'l2']).default(defaults.norm),
      eps: z.number().positive().default(defaults.eps),
    }),
  defaults,
  run: async (model, data, options, context) => {
    const { members, diversity, norm, eps } = options;
    const agree = agreement(options);
    const method = memberMethod(options, context);
    const chosen = await optionsOf(method, options);
    const trained: Artefact[] = [];
    const files = Array.from({ length: members }, (_, at) =>
      context.checkpoint === undefined ? undefined : `${context.checkpoint.replace(/\.npz$/, '')}.member-${at + 1}.npz`,
    );
    for (const [at, checkpoint] of files.entries()) {
      const seed = `${context.seed}/member ${at + 1}`;
      const models = trained.map((one) => one.model);
      const own = await dataOf(at, data, models, { diversity, norm, eps, seed }, context);
      const { checkpoint: _, ...rest } = context;
      const found = await method.run(at === 0 ? model : (context.fresh?.(seed) ?? model), own, chosen, {
        ...rest,
        seed,
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(context.progress === undefined ? {} : { progress: progressOf(context.progress, at, members) }),
      });
      if (found.wrapper.length > 0 || found.beside !== undefined) {
        throw new Fault('ERR_USAGE', `A member is a model alone, and ${method.meta.id} gives one behind a wrapper.`, {
          where: 'member',
          hint: 'Take pgd-at, trades, fast-at or standard; covered pictures are trained on with erase and erasures.',
        });
      }
      trained.push(found);
      if (found.interrupted || context.signal?.aborted === true) break;
    }
    const interrupted = trained.length < members || trained.some((one) => one.interrupted);
    if (!interrupted) for (const file of files) if (file !== undefined) await rm(file, { force: true });
    return joined(trained, interrupted, agree, context.name ?? 'hardened');
  },
});

function joined(trained: readonly Artefact[], interrupted: boolean, agree: number | null, name: string): Artefact {
  const beside = trained.slice(1).map(({ model }, at) => ({ name: `${name}.member-${at + 2}.onnx`, model }));
  const models = beside.map((one) => one.name);
  return {
    model: trained[0]!.model,
    beside,
    wrapper: interrupted ? [] : [{ kind: 'ensemble', models, ...(agree === null ? {} : { agree }) }],
    seconds: trained.reduce((sum, { seconds }) => sum + seconds, 0),
    steps: trained.reduce((sum, { steps }) => sum + steps, 0),
    history: trained.flatMap(({ history }) => history),
    interrupted,
  };
}

/** Null: the mean decides. @throws Fault `ERR_USAGE` */
function agreement({ members, agree }: EnsembleOptions): number | null {
  if (agree === 0) return null;
  const wanted = agree ?? Math.floor(members / 2) + 1;
  if (2 * wanted > members && wanted <= members) return wanted;
  throw new Fault('ERR_USAGE', `${wanted} of ${members} members cannot be asked to agree.`, {
    where: 'agree',
    hint: 'More than half of them, so that no two classes are agreed on, and at most all; 0: the mean decides.',
  });
}

function memberMethod({ member }: EnsembleOptions, { defence }: DefenceContext): Defence<string, unknown> {
  const found = member === 'ensemble' ? undefined : defence?.(member);
  if (found !== undefined && found.meta.texts !== true) return found;
  throw new Fault('ERR_USAGE', `Members cannot be trained by ${JSON.stringify(member.slice(0, 40))}.`, {
    where: 'member',
    hint: 'standard, pgd-at, fast-at or trades',
  });
}

/** @throws Fault `ERR_USAGE` where the members' method does not know an option */
async function optionsOf(method: Defence<string, unknown>, options: EnsembleOptions): Promise<unknown> {
  const { z } = await import('zod');
  const { members: _, agree: __, member: ___, diversity: ____, norm, eps, ...rest } = options;
  const known = method.defaults as object;
  const own = { ...('norm' in known && { norm }), ...('eps' in known && { eps }), ...rest };
  const parsed = method.options(z).safeParse(own);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : (issue?.path.join('.') ?? '');
  throw new Fault(
    'ERR_USAGE',
    `An option of the members (${method.meta.id}) is wrong: ${issue?.message ?? 'unknown'}.`,
    {
      where: key,
      hint: `The ensemble has ${Object.keys(defaults).join(', ')}, its members have ${Object.keys(known).join(', ')}.`,
    },
  );
}

/** What member `at` is trained on. */
async function dataOf(
  at: number,
  data: LabelledData,
  models: readonly OnnxModel[],
  { diversity, norm, eps, seed }: Pick<EnsembleOptions, 'diversity' | 'norm' | 'eps'> & { readonly seed: string },
  { bounds, threads, signal }: DefenceContext,
): Promise<LabelledData> {
  const random = seededRandom(seed).fork('diversity');
  if (diversity === 'bootstrap') {
    return pickData(
      data,
      Int32Array.from({ length: data.count }, () => random.below(data.count)),
    );
  }
  if (diversity === 'seed' || at === 0) return data;
  return withTransferred(data, models, {
    norm,
    eps,
    bounds,
    threads,
    random,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Of all members together, as if each took as long. */
function progressOf(
  tell: NonNullable<DefenceContext['progress']>,
  at: number,
  members: number,
): NonNullable<DefenceContext['progress']> {
  return ({ step, steps, secondsLeft, ...rest }) => {
    const whole = step === 0 ? secondsLeft : (secondsLeft * steps) / Math.max(1, steps - step);
    tell({
      ...rest,
      step: at * steps + step,
      steps: members * steps,
      secondsLeft: secondsLeft + (members - at - 1) * (Number.isFinite(whole) ? whole : 0),
    });
  };
}
