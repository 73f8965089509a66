import { hasTellingName, isDangerousPackage, reachesIntoInterpreter } from './dangerous-globals.ts';
import { resolvePython2Name } from './python2-names.ts';
import { isSafeGlobal } from './safe-globals.ts';
import { STDLIB_MODULES } from './stdlib-modules.ts';

/** `safe`: builds data only. `dangerous`: can run code, or touches files or the network. `unknown`: nobody here knows it. */
export type GlobalClass = 'safe' | 'dangerous' | 'unknown';

export interface ClassifiedGlobal {
  readonly class: GlobalClass;
  /** The name as the interpreter resolves it. */
  readonly module: string;
  readonly name: string;
  /** Why, in a few words that end a sentence. */
  readonly why: string;
  /** For unknown names: it looks like a function rather than a class, or says that it loads or runs something. */
  readonly telling: boolean;
}

/** Python functions written in lower case or with an underscore in front are called for what they do; classes hold data. */
const CLASS_NAME = /^_?[A-Z][A-Za-z0-9]*$/;

/**
 * Judges one imported name: exactly what is known to be harmless is safe, everything else of the standard library and of packages that can run
 * code is dangerous, the rest is unknown.
 * @param protocol declared by the pickle: decides whether Python 2 names are mapped
 */
export function classifyGlobal(module: string, name: string, protocol: number): ClassifiedGlobal {
  const [resolvedModule, resolvedName] = resolvePython2Name(module, name, protocol);
  const found = (kind: GlobalClass, why: string, telling = false): ClassifiedGlobal => ({
    class: kind,
    module: resolvedModule,
    name: resolvedName,
    why,
    telling,
  });
  if (isSafeGlobal(resolvedModule, resolvedName) || isSafeGlobal(module, name))
    return found('safe', 'it builds data only');
  const dotted = `${resolvedModule}.${resolvedName}`;
  // oxlint-disable-next-line no-control-regex -- anything but printable ASCII
  if (/[^\x21-\x7e]/.test(dotted))
    return found('dangerous', 'its name imitates another with letters of other scripts', true);
  if (reachesIntoInterpreter(resolvedName))
    return found('dangerous', 'it reaches through one object into the interpreter', true);
  const root = resolvedModule.split('.', 1)[0]!;
  if (root === '__main__' || root === '') return found('unknown', 'it is whatever the loading program defines', false);
  if (STDLIB_MODULES.has(root)) {
    return found('dangerous', 'it belongs to the standard library and is not one of its plain data types', true);
  }
  if (isDangerousPackage(resolvedModule)) {
    return found(
      'dangerous',
      `it belongs to ${root} and is not one of its plain data types`,
      !CLASS_NAME.test(resolvedName),
    );
  }
  const last = resolvedName.slice(resolvedName.lastIndexOf('.') + 1);
  return found(
    'unknown',
    'nothing is known about it',
    !CLASS_NAME.test(last) || resolvedName.includes('.') || hasTellingName(last),
  );
}
