import { load } from '../../yaml.ts';
import type { Reader } from '../../reader.ts';

const MAX_BYTES = 1 << 20;

/** MLflow's `MLmodel`: says which module loads the model, and which code comes with it. */
export const mlmodel: Reader<'mlmodel'> = {
  id: 'mlmodel',
  title: 'MLflow model',
  extensions: [],
  sniff: ({ name, head }) =>
    /(^|[/.])MLmodel$/.test(name) ||
    /^(?:[\w ]+:.*\n){0,20}flavors:\s*\n/.test(Buffer.from(head.subarray(0, 2048)).toString('latin1')),
  read: ({ source }, observer) => {
    if (source.size > MAX_BYTES) return observer.incomplete(`a description of ${source.size} bytes is not read`);
    const value = load(Buffer.from(source.read(0, source.size)).toString('utf8'));
    if (value === undefined) return observer.incomplete('the YAML is damaged');
    const flavors = (value as { readonly flavors?: unknown } | null)?.flavors;
    if (typeof flavors !== 'object' || flavors === null) return;
    for (const [flavor, settings] of Object.entries(flavors)) {
      if (typeof settings !== 'object' || settings === null) continue;
      for (const key of ['loader_module', 'code', 'python_model', 'cloudpickle_version', 'model_code_path']) {
        const one: unknown = (settings as Readonly<Record<string, unknown>>)[key];
        if (typeof one === 'string')
          observer.fact({
            kind: 'code-reference',
            offset: 0,
            framework: 'MLflow',
            path: `flavors.${flavor}.${key}`,
            value: one,
          });
      }
    }
  },
};
