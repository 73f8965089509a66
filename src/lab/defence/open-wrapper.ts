import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault, isFault } from '../../core/fault.ts';
import { readJson } from '../../text/json/read-json.ts';
import type { Target } from '../target.ts';
import { type WrappedTarget, wrappedTarget } from './wrapped-target.ts';
import { parseWrapperConfig, type WrapperConfig } from './wrapper-config.ts';

const LIMITS = { bytes: 1 << 20, depth: 8, items: 10_000 } as const;

/**
 * The wrapper that a file holds, or null where it is none: it is told by its name (`….wrapper.json`, `wrapper.json`), or by the list of steps in it.
 * @throws Fault `ERR_DATA` (file and key) where it is a wrapper and damaged
 */
export function wrapperAt(path: string, bytes: Uint8Array): WrapperConfig | null {
  const named = /(?:^|\.)wrapper\.json$/i.test(basename(path));
  if (!named && (bytes.length > LIMITS.bytes || !startsAsObject(bytes))) return null;
  let value: unknown;
  try {
    value = readJson(bytes, LIMITS);
  } catch (cause) {
    if (!named) return null;
    throw new Fault('ERR_DATA', 'The wrapper is no JSON.', {
      where: basename(path),
      hint: 'It is damaged: write it anew (parapet harden), or see docs/wrappers.md.',
      cause,
    });
  }
  const isOne = typeof value === 'object' && value !== null && Object.hasOwn(value, 'steps');
  if (!named && !isOne) return null;
  try {
    return parseWrapperConfig(value);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault(error.code, error.message, {
      where: `${basename(path)}, ${error.where ?? ''}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/**
 * Opens a model behind its wrapper.
 * @param open opens one of its models
 * @throws Fault `ERR_USAGE` where a model is not there; what opening throws
 */
export async function openWrapper(
  path: string,
  config: WrapperConfig,
  open: (model: string, bytes: Uint8Array) => Promise<Target>,
): Promise<WrappedTarget> {
  const opened: Target[] = [];
  const openBeside = async (name: string): Promise<Target> => {
    const model = join(dirname(path), name);
    if (statSync(model, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new Fault('ERR_USAGE', `The model "${name}" of the wrapper is not there.`, {
        where: basename(path),
        hint: 'Keep the model and its wrapper in one folder.',
      });
    }
    const bytes = await readFile(model);
    // Whatever it is called: a wrapper that names itself would never end.
    if (/\.json$/i.test(name) || wrapperAt(model, bytes) !== null) {
      throw new Fault('ERR_DATA', 'A wrapper stands around an ONNX model, not around another wrapper.', {
        where: `${basename(path)}, model`,
      });
    }
    const one = await open(model, bytes);
    opened.push(one);
    return one;
  };
  try {
    const target = await wrappedTarget(await openBeside(config.model), config.steps, openBeside);
    return { ...target, name: basename(path) };
  } catch (error) {
    for (const one of opened) await one.close();
    throw error;
  }
}

function startsAsObject(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(64, bytes.length)).toString('latin1');
  return start.trimStart().startsWith('{');
}
