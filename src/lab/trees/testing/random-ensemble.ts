import type { Random } from '../../../math/random.ts';
import { NODE_FLAGS, TreeEnsembleBuilder, type TreeEnsemble } from '../tree-ensemble.ts';

type Made = { leaf: number[] } | { feature: number; threshold: number; missingLeft: boolean; left: Made; right: Made };

/** An ensemble of random trees whose thresholds are few, so that ties and contradicting splits occur. */
export function randomEnsemble(
  random: Random,
  shape: { trees: number; depth: number; features: number; classes: number; vector?: boolean },
): TreeEnsemble {
  const outputs = shape.classes === 2 ? 1 : shape.classes;
  const width = shape.vector === true ? outputs : 1;
  const grow = (depth: number): Made =>
    depth === 0 || random.below(8) === 0
      ? { leaf: Array.from({ length: width }, () => Math.fround(random.normal())) }
      : {
          feature: random.below(shape.features),
          threshold: Math.fround(random.below(21) / 20),
          missingLeft: random.below(2) === 1,
          left: grow(depth - 1),
          right: grow(depth - 1),
        };
  const builder = new TreeEnsembleBuilder(outputs);
  for (let tree = 0; tree < shape.trees; tree++) {
    builder.addTree<Made>(
      shape.vector === true ? -1 : tree % outputs,
      grow(shape.depth),
      1 << (shape.depth + 1),
      (made) =>
        'leaf' in made
          ? { kind: 'leaf', values: made.leaf }
          : {
              kind: 'split',
              split: {
                kind: 'number',
                feature: made.feature,
                threshold: made.threshold,
                flags: made.missingLeft ? NODE_FLAGS.missingLeft : 0,
              },
              left: made.left,
              right: made.right,
            },
    );
  }
  return builder.finish({
    features: shape.features,
    featureNames: [],
    base: Float64Array.from({ length: outputs }, () => Math.fround(random.normal() / 4)),
    divisor: 1,
    precision: 'float32',
    baseFirst: true,
    link: outputs === 1 ? { kind: 'logistic', scale: 1 } : { kind: 'softmax' },
  });
}
