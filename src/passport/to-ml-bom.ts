import { createHash, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { type PassportEntry, signersOf } from './passport.ts';

export interface MlBomOptions {
  /** Parapet's version. */
  readonly version: string;
  readonly now: Date;
  /** Statements signed by none of them are left out; null: all are taken, and marked as not verified. */
  readonly keys: readonly KeyObject[] | null;
  /** Name of the passport's file and its bytes, to which the document refers. */
  readonly passport: { readonly name: string; readonly bytes: Uint8Array };
}

type Values = Readonly<Record<string, unknown>>;

/**
 * A passport as a CycloneDX 1.6 bill of materials of a machine-learning model (ECMA-424): the model with its digest and model card, the sealed data
 * sets that it was trained and tested on, what scans found as properties, and the passport as the attestation that proves it. Accuracy on clean
 * samples and under attack are performance metrics of the card, each with its slice.
 */
export function toMlBom(entries: readonly PassportEntry[], options: MlBomOptions): string {
  const { keys } = options;
  const model = entries.find(({ predicate }) => predicate === 'model')!;
  const mine = entries.filter(
    (entry) => entry.subject.sha256 === model.subject.sha256 && (keys === null || signersOf(entry, keys).length > 0),
  );
  const newest = (name: string): Values | null =>
    (mine
      .filter(({ predicate }) => predicate === name)
      .toSorted((a, b) => (a.time ?? 0) - (b.time ?? 0))
      .at(-1)?.value as Values | undefined) ?? null;
  const data = mine
    .filter(({ predicate }) => predicate === 'data')
    .map(
      ({ value }) =>
        value as { readonly role: string; readonly name: string; readonly root: string; readonly rows?: number },
    );
  const reference = `model:${model.subject.sha256}`;
  const training = newest('training');
  const properties = [
    { name: 'parapet:signatures', value: keys === null ? 'not verified' : 'verified with the given keys' },
    ...scanProperties(newest('scan')),
    ...trainingProperties(training),
    ...privacyProperties(newest('privacy')),
    ...backdoorProperties(newest('backdoor')),
    ...thresholdProperties(newest('thresholds')),
  ];
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: options.now.toISOString(),
      tools: { components: [{ type: 'application', name: 'Parapet', version: options.version }] },
      component: {
        type: 'machine-learning-model',
        'bom-ref': reference,
        name: model.subject.name,
        // The digest over the digests of all files, in the order of their names: that of the passport's subject.
        hashes: [{ alg: 'SHA-256', content: model.subject.sha256 }],
        modelCard: {
          'bom-ref': `${reference}#card`,
          modelParameters: {
            ...(training === null ? {} : { approach: { type: 'supervised' } }),
            ...(data.length === 0 ? {} : { datasets: data.map(({ root }) => ({ ref: `data:${root}` })) }),
          },
          quantitativeAnalysis: { performanceMetrics: metricsOf(newest('robustness')) },
          considerations: { technicalLimitations: limitations(newest('robustness'), newest('scan')) },
        },
        externalReferences: [
          {
            type: 'attestation',
            url: encodeURI(options.passport.name),
            comment: 'Signed in-toto statements from which this document was made',
            hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(options.passport.bytes).digest('hex') }],
          },
        ],
        properties,
      },
    },
    components: [...new Map(data.map((one) => [one.root, one])).values()].map(({ role, name, root, rows }) => ({
      type: 'data',
      'bom-ref': `data:${root}`,
      name,
      data: [{ type: 'dataset', name, description: `${role} data` }],
      properties: [
        { name: 'parapet:role', value: role },
        { name: 'parapet:merkle-root', value: root },
        ...(rows === undefined ? [] : [{ name: 'parapet:rows', value: String(rows) }]),
      ],
    })),
    dependencies: [{ ref: reference, dependsOn: [...new Set(data.map(({ root }) => `data:${root}`))] }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function metricsOf(robustness: Values | null): readonly object[] {
  if (robustness === null) return [];
  const { cleanAccuracy, claims, samples } = robustness as {
    readonly cleanAccuracy: number;
    readonly samples: number;
    readonly claims: readonly {
      readonly norm: string;
      readonly eps: string;
      readonly attack: string;
      readonly robustAccuracy: number;
      readonly certified?: boolean;
    }[];
  };
  return [
    { type: 'accuracy', value: String(cleanAccuracy), slice: `clean, ${samples} samples` },
    ...claims.map(({ norm, eps, attack, robustAccuracy, certified }) => ({
      type: certified === true ? 'certified accuracy' : 'accuracy under attack',
      value: String(robustAccuracy),
      slice: `${norm}:${eps}, ${attack}`,
    })),
  ];
}

function limitations(robustness: Values | null, scan: Values | null): readonly string[] {
  const found: string[] = [];
  if (robustness === null) found.push('How accurate the model stays under attack has not been measured.');
  else if (robustness['selfChecks'] !== 'passed')
    found.push(`Self-checks of the measurement under attack: ${String(robustness['selfChecks'])}.`);
  if (scan === null) found.push('The files have not been scanned.');
  return found;
}

function scanProperties(scan: Values | null): readonly { readonly name: string; readonly value: string }[] {
  if (scan === null) return [];
  const findings = scan['findings'] as Readonly<Record<string, number>>;
  return [
    ...Object.entries(findings).map(([severity, count]) => ({
      name: `parapet:scan:${severity}`,
      value: String(count),
    })),
    { name: 'parapet:scan:incomplete', value: String(scan['incomplete']) },
  ];
}

function trainingProperties(training: Values | null): readonly { readonly name: string; readonly value: string }[] {
  if (training === null) return [];
  return ['method', 'seed', 'epochs'].flatMap((name) =>
    training[name] === undefined ? [] : [{ name: `parapet:training:${name}`, value: String(training[name]) }],
  );
}

function privacyProperties(privacy: Values | null): readonly { readonly name: string; readonly value: string }[] {
  if (privacy === null) return [];
  return ['epsilon', 'delta', 'accountant'].flatMap((name) =>
    privacy[name] === undefined ? [] : [{ name: `parapet:privacy:${name}`, value: String(privacy[name]) }],
  );
}

function backdoorProperties(backdoor: Values | null): readonly { readonly name: string; readonly value: string }[] {
  if (backdoor === null) return [];
  const tests = backdoor['tests'] as readonly { readonly method: string; readonly flagged: boolean }[];
  return tests.map(({ method, flagged }) => ({
    name: `parapet:backdoor:${method}`,
    value: flagged ? 'flagged' : 'not flagged',
  }));
}

function thresholdProperties(thresholds: Values | null): readonly { readonly name: string; readonly value: string }[] {
  if (thresholds === null) return [];
  const detectors = thresholds['detectors'] as readonly { readonly id: string; readonly threshold: number }[];
  return detectors.map(({ id, threshold }) => ({ name: `parapet:threshold:${id}`, value: String(threshold) }));
}
