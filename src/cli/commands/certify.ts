import type { RegisterCommand } from '../command.ts';
import { addDataOptions } from '../data-options.ts';
import type { CertifyArguments } from '../run-certify.ts';

/** `parapet certify`: what of a model's behaviour can be proven, sample by sample or property by property. */
export const register: RegisterCommand = (program, io) => {
  const command = program
    .command('certify')
    .description('prove that no small change of an input changes the answer, or that a network keeps a property')
    .argument('<model>', 'ONNX model')
    .option('--data <path>', 'samples with labels: folder of pictures by class, .npz, IDX, .npy or CSV')
    .option('--eps <size>', 'radius of the certificates, in units of the inputs', '8/255')
    .option('--norm <norm>', 'linf or l2', 'linf')
    .option('--method <id>', 'ibp (fastest), crown, or split (branch and bound until decided)', 'split')
    .option('--property <file...>', 'properties in VNN-LIB, in place of data')
    .option('--smoothing', 'randomised smoothing of the model in place of bounds; certifies L2 radii')
    .option(
      '--sigma <size>',
      "smoothing: deviation of the noise, in units of the inputs; default: the wrapper's, or 0.25",
    )
    .option('--n <count>', 'smoothing: noisy copies of each sample', '10000')
    .option('--n0 <count>', 'smoothing: noisy copies that choose the class', '100')
    .option('--alpha <share>', 'smoothing: probability with which a certificate may be wrong', '0.001')
    .option('--radii <list>', 'smoothing: radii of the curve; default: from 0 to the largest possible')
    .option('--arithmetic <kind>', 'what bounds hold for: float32 (what runs) or real', 'float32')
    .option('--samples <n>', 'samples that are certified', '200')
    .option('--timeout <time>', 'most time for one sample or property: 30s, 5m', '30s')
    .option('--budget <time>', 'time for everything: 90s, 10m, 2h or none', 'none')
    .option('--expect-accuracy <share>', 'the accuracy on clean data that you know the model to have')
    .option('--bounds <low,high>', 'smallest and largest value of an input', '0,1');
  addDataOptions(command)
    .option('--threads <n>', 'threads', '1')
    .option('--seed <text>', 'seed of everything that is random', 'parapet')
    .option('--log <file>', 'results so far: a run that is stopped goes on from there')
    .option('--out <file>', 'counterexamples as .npz, or with any other ending everything as JSON')
    .option('--json', 'write the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  parapet certify model.onnx --data test.npz --eps 2/255 --method crown --samples 100
  parapet certify model.onnx --data test.npz --smoothing --sigma 0.25 --n 100000
  parapet certify hardened.wrapper.json --data test.npz
  parapet certify network.onnx --property safe.vnnlib --property safe-too.vnnlib

Exit codes with --data: 0 every sample was looked at, 3 stopped before. With --property: 0 all verified, 1 one is violated, 3 one is
unknown. 2 wrong usage, data or model.`,
    )
    .action(async (model: string, options: CertifyArguments) => {
      const { runCertify } = await import('../run-certify.ts');
      await runCertify(model, options, io);
    });
};
