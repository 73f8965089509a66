import type { HclBlock } from '../../formats/located/hcl.ts';
import type { LineIndex } from '../../formats/located/line-index.ts';
import type { Located } from '../../formats/located/located.ts';
import type { DockerInstruction } from '../../formats/located/dockerfile.ts';
import type { Spot } from '../fact.ts';
import type { Workload } from './workload.ts';

/** A Kubernetes object of a file. */
export interface KubernetesObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace: string;
  readonly root: Located;
}

/** Facts about infrastructure as code. */
export type InfraFact =
  | (Spot & { readonly kind: 'infra-workload'; readonly workload: Workload })
  /** All Kubernetes objects of one file, for what shows between them. */
  | (Spot & {
      readonly kind: 'infra-objects';
      readonly objects: readonly KubernetesObject[];
      readonly workloads: readonly Workload[];
      readonly lines: LineIndex;
    })
  | (Spot & {
      readonly kind: 'infra-dockerfile';
      readonly instructions: readonly DockerInstruction[];
      readonly lines: LineIndex;
    })
  | (Spot & { readonly kind: 'infra-terraform'; readonly body: HclBlock; readonly lines: LineIndex })
  /** A workflow or composite action of GitHub Actions. */
  | (Spot & {
      readonly kind: 'infra-workflow';
      readonly root: Located;
      readonly lines: LineIndex;
      /** It lies in a folder below `.github/workflows`, from which GitHub starts nothing. */
      readonly idle: boolean;
    })
  /** A text of a service's own configuration, or of a program: `what` says which. */
  | (Spot & {
      readonly kind: 'infra-text';
      readonly what: 'python' | 'shell' | 'properties' | 'env';
      /** Of the file. */
      readonly name: string;
      readonly text: string;
      readonly lines: LineIndex;
    });
