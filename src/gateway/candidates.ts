import type { Dialect } from '../conversation/surface.ts';
import { Fault } from '../core/fault.ts';
import type { Upstream } from './upstream.ts';

export interface Candidate {
  readonly upstream: Upstream;
  /** The name that this upstream knows the model by. */
  readonly model: string;
}

/**
 * The upstreams that serve `model` in this dialect, in the order of configuration, those that just failed last.
 * @throws Fault `ERR_MODEL_UNKNOWN`.
 */
export function findCandidates(upstreams: readonly Upstream[], dialect: Dialect, model: string): readonly Candidate[] {
  const found: Candidate[] = [];
  let elsewhere = false;
  for (const upstream of upstreams) {
    const name = upstream.serves(model);
    if (name === null) continue;
    if (upstream.config.dialect === dialect) found.push({ upstream, model: name });
    else elsewhere = true;
  }
  if (found.length === 0) {
    const shown = model.slice(0, 128);
    throw new Fault('ERR_MODEL_UNKNOWN', `The model "${shown}" does not exist or is not served here.`, {
      where: 'model',
      hint: elsewhere
        ? `It is served in the ${dialect === 'openai' ? 'Anthropic' : 'OpenAI'} dialect.`
        : 'GET /v1/models lists what is served.',
    });
  }
  if (found.length === 1) return found;
  return [
    ...found.filter(({ upstream }) => !upstream.coolingDown),
    ...found.filter(({ upstream }) => upstream.coolingDown),
  ];
}
