import { classifyGlobal } from '../../python/classify-global.ts';
import { defineRule, type Judgement } from '../../rule.ts';
import { plainText } from '../../plain-text.ts';

/** Keras layers that run more than arithmetic. */
const KERAS_LAYERS: Readonly<Record<string, readonly ['high' | 'critical', string]>> = {
  Lambda: ['high', 'it calls a function that the file names'],
  TorchModuleWrapper: ['critical', 'it unpickles a PyTorch module (CVE-2025-49655)'],
  TFSMLayer: ['high', 'it loads another model from a path (CVE-2026-1462)'],
  __lambda__: ['critical', 'it holds byte code'],
};

const KERAS_MODULES =
  /^(?:keras|tf_keras|keras_hub|keras_cv|keras_nlp|keras_core|tensorflow\.keras|tensorflow\.python\.keras|tensorflow_addons)(?:\.|$)/;
/** Functions of Keras that a configuration has no reason to name. */
const KERAS_FUNCTIONS =
  /^(?:get_file|load_model|load_weights|model_from_json|model_from_yaml|enable_unsafe_deserialization|deserialize_keras_object|from_config|pickle|unpickle|load_img|image_dataset_from_directory|text_dataset_from_directory|audio_dataset_from_directory|get_source_inputs|custom_object_scope|register_keras_serializable|set_value|save_model|plot_model)$/;
/** Parts of networks and of training, which recipes are there to name. */
const TRAINING = /^torch\.(?:nn|optim|distributions|utils\.data)\.(?:[a-z_]{1,40}\.){0,3}[A-Z]\w{0,60}$/;
/** skops nodes that call what they hold. */
const SKOPS_CALLS = /^(?:OperatorFuncNode|MethodNode|PartialNode|FunctionNode|TypeNode|ReduceNode)$/;

export const remoteCode = defineRule({
  meta: {
    id: 'remote-code',
    title: 'Configuration that makes the loader import code',
    severity: 'medium',
    threats: ['backdoor'],
    meaning:
      'The configuration names a class or function that the loader imports and runs. With code of the repository it runs whatever the publisher wrote; with code of another repository, whatever that one holds today.',
    fix: 'Read the code that is named, copy it into your own tree, and pin it by digest. Leave `trust_remote_code` and its like off.',
    references: [
      'CVE-2025-1550',
      'CVE-2025-9906',
      'CVE-2025-23304',
      'CVE-2025-54412',
      'https://huggingface.co/docs/transformers/custom_models',
    ],
    taxonomy: ['CWE-94', 'CWE-829', 'AML.T0010'],
  },
  judge: {
    'code-reference': ({ framework, path, value }) => {
      const where = plainText(path, 160);
      switch (framework) {
        case 'transformers':
          if (value.includes('--'))
            return {
              severity: 'high',
              message: `${where} loads code of another repository: ${plainText(value, 160)}.`,
            };
          return { message: `${where} loads code of the repository: ${plainText(value, 160)}.` };
        case 'Hydra':
          return hydra(where, value);
        case 'module list':
          return moduleList(where, value);
        case 'MLflow':
          return mlflow(where, value);
        case 'YAML tag':
          return {
            severity: 'critical',
            message: `A tag makes unsafe YAML loaders build or call ${plainText(value, 160)} (python/${where}).`,
          };
        case 'skops':
          return skops(where, value);
        case 'Keras':
          return keras(where, value);
        default:
          return { message: `${where} names code: ${plainText(value, 160)}.` };
      }
    },
    'embedded-code': ({ framework, path }) => ({
      severity: 'critical',
      message: `${framework} byte code at ${plainText(path, 160)}: it runs when the model is loaded or called.`,
    }),
  },
});

function split(dotted: string): readonly [string, string] {
  const dot = dotted.lastIndexOf('.');
  return dot === -1 ? ['', dotted] : [dotted.slice(0, dot), dotted.slice(dot + 1)];
}

function hydra(where: string, value: string): Judgement | null {
  const [module, name] = split(value);
  const found = classifyGlobal(module, name, 5);
  if (found.class === 'safe' || TRAINING.test(value)) return null;
  // A class of a package that can run code among other things is what most recipes build.
  if (found.class === 'dangerous' && !found.telling)
    return { severity: 'low', message: `${where} builds ${plainText(value, 160)}.` };
  if (found.class === 'dangerous')
    return { severity: 'critical', message: `${where} calls ${plainText(value, 160)}: ${found.why}.` };
  // Recipes of known frameworks are full of `_target_`; a function of an unknown package is another matter.
  return {
    severity: /^(?:nemo|lightning|pytorch_lightning|torchmetrics|monai|ldm|cldm|sgm|taming|speechbrain)\./.test(value)
      ? 'info'
      : 'medium',
    message: `${where} builds ${plainText(value, 160)}.`,
  };
}

/** Libraries and classes that a list of parts names: whatever is installed under that name, or lies in the folder, is imported. */
function moduleList(where: string, value: string): Judgement | null {
  const [module, name] = split(value);
  const found = classifyGlobal(module, name, 5);
  if (found.class === 'safe') return null;
  if (found.class === 'dangerous')
    return { severity: 'critical', message: `${where} imports ${plainText(value, 160)}: ${found.why}.` };
  return { message: `${where} imports ${plainText(value, 160)}, code that is no part of the library that loads it.` };
}

function mlflow(where: string, value: string): Judgement | null {
  if (where.endsWith('.cloudpickle_version')) return null;
  if (where.endsWith('loader_module') && /^mlflow(?:\.[a-z_]+)+$/.test(value)) return null;
  if (where.endsWith('.code'))
    return { severity: 'low', message: `${where} brings code along: ${plainText(value, 160)}.` };
  return {
    severity: where.endsWith('loader_module') ? 'high' : 'medium',
    message: `${where} loads ${plainText(value, 160)}.`,
  };
}

function skops(where: string, value: string): Judgement | null {
  const match = /^(.*) \((.*)\)$/.exec(value);
  const [module, name] = split(match?.[1] ?? value);
  const loader = match?.[2] ?? '';
  const found = classifyGlobal(module, name, 5);
  if (found.class === 'safe' && !SKOPS_CALLS.test(loader)) return null;
  if (found.class === 'dangerous')
    return { severity: 'critical', message: `${where} makes skops load ${module}.${name}: ${found.why}.` };
  if (SKOPS_CALLS.test(loader) && found.class !== 'safe')
    return { severity: 'high', message: `${where} makes skops call ${module}.${name}.` };
  return found.class === 'safe' ? null : { message: `${where} makes skops load ${module}.${name}: ${found.why}.` };
}

function keras(where: string, value: string): Judgement | null {
  const match = /^(.*?)>(.*?)(?: registered as (.*))?$/.exec(value);
  const module = match?.[1] ?? '';
  const name = match?.[2] ?? value;
  const layer = Object.hasOwn(KERAS_LAYERS, name) ? KERAS_LAYERS[name] : undefined;
  if (layer !== undefined && (module === '' || KERAS_MODULES.test(module))) {
    return { severity: layer[0], message: `The Keras layer ${name} at ${where}: ${layer[1]}.` };
  }
  if (module !== '' && !KERAS_MODULES.test(module)) {
    const found = classifyGlobal(module, name, 5);
    if (found.class === 'safe') return null;
    if (found.class === 'dangerous')
      return {
        severity: 'critical',
        message: `Keras imports ${plainText(module, 160)}.${plainText(name, 160)} at ${where}: ${found.why}.`,
      };
    return {
      severity: 'high',
      message: `Keras imports ${plainText(module, 160)}.${plainText(name, 160)} at ${where}, a class of the file's author.`,
    };
  }
  if (KERAS_FUNCTIONS.test(name))
    return {
      severity: 'critical',
      message: `The configuration names the Keras function ${plainText(name, 160)} at ${where}.`,
    };
  if ((match?.[3] ?? '').startsWith('Custom>'))
    return { message: `The configuration needs a custom class at ${where}: ${plainText(name, 160)}.` };
  return null;
}
