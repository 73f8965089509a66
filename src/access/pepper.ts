import { loadSecretFile, type Secret } from './secret-file.ts';

/** 32 bytes under which the hashes of virtual keys are made. */
export type Pepper = Secret;

/**
 * `<state>/pepper`: with it a stolen database alone cannot be used to test guesses. Gateways that share a database must
 * share this file, or the keys of one are unknown to the other.
 * @throws Fault `ERR_CONFIG` when the file is damaged, or others than its owner and group can read it.
 */
export function loadPepper(stateDirectory: string): Promise<Pepper> {
  return loadSecretFile(stateDirectory, {
    name: 'pepper',
    title: 'The pepper of the virtual keys',
    loss: 'Without it every virtual key has to be created anew.',
  });
}
