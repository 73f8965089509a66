/**
 * What is differentiated: one number for each sample of a batch, computed from the model's scores z (logits unless the target says
 * otherwise), never averaged over the batch, so that the gradient of the sum is each sample's own gradient.
 *
 * Labels and targets are class indices, one a sample.
 */
export type Loss =
  /** -log softmax(z)[y]. */
  | { readonly kind: 'cross-entropy'; readonly labels: Int32Array }
  /** -(z_y - max_{i != y} z_i) / (z_pi1 - z_pi3 + 1e-12): Croce and Hein 2020, eq. 6. Needs three classes. */
  | { readonly kind: 'dlr'; readonly labels: Int32Array }
  /** -(z_y - z_t) / (z_pi1 - (z_pi3 + z_pi4) / 2 + 1e-12): Croce and Hein 2020, eq. 7. Needs four classes. */
  | { readonly kind: 'dlr-targeted'; readonly labels: Int32Array; readonly targets: Int32Array }
  /** max_{i != y} z_i - z_y: above zero exactly where the sample is misclassified (Carlini and Wagner 2017). */
  | { readonly kind: 'margin'; readonly labels: Int32Array }
  /** z_a - z_b for two given classes: what FAB and DeepFool linearise. */
  | { readonly kind: 'difference'; readonly first: Int32Array; readonly second: Int32Array }
  /** sum_j w_j z_j with `weights` of shape [n, classes]: any loss whose derivative by the scores the caller knows. */
  | { readonly kind: 'weighted-scores'; readonly weights: Float32Array };

export interface LossGradient {
  /** [n, classes]. */
  readonly scores: Float32Array;
  /** [n]. */
  readonly losses: Float32Array;
  /** d loss_i / d x_i, [n, ...inputShape]. */
  readonly gradient: Float32Array;
}
