import { isWithin, plainVersion } from '../plain-version.ts';

/** A published vulnerability of a product around models, by version. */
export interface KnownVersion {
  /** Name of the image (last part) and of the PyPI package. */
  readonly product: string;
  /** First version that has it; null for all before `until`. */
  readonly from: string | null;
  /** First version without it; null where there is none yet. */
  readonly until: string | null;
  readonly id: string;
  readonly severity: 'medium' | 'high' | 'critical';
  /** Ends the sentence "… has a published vulnerability: it". */
  readonly what: string;
}

/**
 * Advisories as published at nvd.nist.gov and github.com/advisories, read in November 2026. The table is a floor: what is not in it may have advisories, too.
 */
export const KNOWN_VERSIONS: readonly KnownVersion[] = [
  { product: 'ollama', from: null, until: '0.1.34', id: 'CVE-2024-37032', severity: 'critical', what: 'writes files where a registry says' },
  { product: 'vllm', from: null, until: '0.8.5', id: 'CVE-2025-32444', severity: 'critical', what: 'unpickles what reaches its node channel' },
  { product: 'vllm', from: null, until: '0.9.0', id: 'CVE-2025-47277', severity: 'high', what: 'listens for its nodes on all addresses' },
  { product: 'litellm', from: '1.82.7', until: '1.82.9', id: 'litellm 1.82.7', severity: 'critical', what: 'was published to steal credentials' },
  { product: 'litellm', from: null, until: '1.83.7', id: 'CVE-2026-42208', severity: 'high', what: 'lets callers into its database' },
  { product: 'langflow', from: null, until: '1.3.0', id: 'CVE-2025-3248', severity: 'critical', what: 'runs programs for anybody' },
  { product: 'langflow', from: null, until: '1.8.2', id: 'CVE-2026-33017', severity: 'critical', what: 'runs programs for anybody' },
  { product: 'n8n', from: null, until: '1.121.0', id: 'CVE-2026-21858', severity: 'critical', what: 'hands out files without a login' },
  { product: 'mlflow', from: null, until: '2.2.2', id: 'CVE-2023-1177', severity: 'critical', what: 'hands out files without a login' },
  { product: 'ray', from: null, until: '2.52.0', id: 'CVE-2025-62593', severity: 'high', what: 'lets web pages submit jobs through a browser' },
  { product: 'torchserve', from: null, until: '0.8.2', id: 'CVE-2023-43654', severity: 'critical', what: 'loads programs from any address' },
  { product: 'gradio', from: null, until: '4.11.0', id: 'CVE-2024-1561', severity: 'high', what: 'hands out files without a login' },
  { product: 'torch', from: null, until: '2.6.0', id: 'CVE-2025-32434', severity: 'critical', what: 'runs programs in files that are loaded with weights_only=True' },
  { product: 'keras', from: null, until: '3.9.0', id: 'CVE-2025-1550', severity: 'high', what: 'runs programs in files that are loaded in safe mode' },
  { product: 'joblib', from: null, until: '1.2.0', id: 'CVE-2022-21797', severity: 'high', what: 'evaluates a text that is given to it' },
  { product: 'mcp-remote', from: '0.0.5', until: '0.1.16', id: 'CVE-2025-6514', severity: 'critical', what: 'runs commands that the remote server sends' },
  { product: 'container-toolkit', from: null, until: '1.17.8', id: 'CVE-2025-23266', severity: 'critical', what: 'lets a container out onto its host' },
  { product: 'open-webui', from: null, until: '0.6.35', id: 'CVE-2025-64496', severity: 'high', what: 'runs scripts that a connected model server sends' },
]; // prettier-ignore

/** Advisories that a version falls under, the worst first. A tag that is no version (`latest`) falls under none. */
export function knownProblems(product: string, version: string): readonly KnownVersion[] {
  const number = plainVersion(version);
  if (number === null) return [];
  const order = { critical: 0, high: 1, medium: 2 };
  return KNOWN_VERSIONS.filter((one) => one.product === product && isWithin(number, one.from, one.until)).toSorted(
    (a, b) => order[a.severity] - order[b.severity],
  );
}

/** Which product of the table an image is, by the end of its name. */
export function productOf(image: string): string | null {
  const last = image.split('/').at(-1)!;
  const alias: Readonly<Record<string, string>> = {
    'vllm-openai': 'vllm',
    'litellm-database': 'litellm',
    'litellm-non_root': 'litellm',
    'ray-ml': 'ray',
    pytorch: 'torch',
    'torchserve-kfs': 'torchserve',
  };
  const name = alias[last] ?? last;
  return KNOWN_VERSIONS.some(({ product }) => product === name) ? name : null;
}
