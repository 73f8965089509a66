import { Fault } from '../../core/fault.ts';
import { MarginSearch, type SearchLimit } from './margin-search.ts';
import { marginOf } from './minimal-perturbation.ts';
import { predictedClass } from './predicted-class.ts';
import type { Domain, TreeNorm } from './region.ts';
import { classesOf, type TreeEnsemble } from './tree-ensemble.ts';

export type Decision =
  /** No input within the distance has another class: proven. */
  | { readonly kind: 'robust' }
  | { readonly kind: 'broken'; readonly point: Float32Array }
  /** The limit was reached first. */
  | { readonly kind: 'unknown' };

/** Whether anything within `eps` of x is classified otherwise, exactly: one step of `minimalPerturbation`. */
export function decideWithin(
  ensemble: TreeEnsemble,
  x: Float32Array,
  label: number,
  norm: TreeNorm,
  eps: number,
  domain: Domain,
  limit: SearchLimit,
): Decision {
  const classes = classesOf(ensemble);
  if (classes < 2)
    throw new Fault('ERR_USAGE', 'The tree ensemble does not classify, so no change of class can be looked for.');
  if (predictedClass(ensemble, x) !== label) return { kind: 'broken', point: x };
  const wins = (point: Float32Array): boolean => predictedClass(ensemble, point) !== label;
  let open = false;
  for (let c = 0; c < classes; c++) {
    if (c === label) continue;
    const search = new MarginSearch(marginOf(ensemble, c, label), x, norm, domain, wins);
    const answer = search.search(norm === 'l2' ? eps * eps : eps, limit);
    if (answer.kind === 'found') return { kind: 'broken', point: answer.point };
    if (answer.kind === 'unknown') open = true;
  }
  return { kind: open ? 'unknown' : 'robust' };
}
