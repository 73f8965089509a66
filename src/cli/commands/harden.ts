import type { RegisterCommand } from '../command.ts';
import { addDataOptions } from '../data-options.ts';
import type { HardenArguments } from '../run-harden.ts';

/** `parapet harden`: trains a model against attacks, from scratch or from a model that is there, and gives back ONNX. */
export const register: RegisterCommand = (program, io) => {
  const command = program
    .command('harden')
    .description('train a model so that it withstands attacks; gives back an ONNX model')
    .argument('[model]', 'ONNX model to train on; or --architecture for one from scratch; texts: target file')
    .requiredOption(
      '--data <path>',
      'training data: folder of pictures by class, .npz, IDX, .npy or CSV; texts: JSON Lines',
    )
    .option(
      '--held-out <path>',
      'data to measure on; default: a tenth of the training data, which is then not trained on',
    )
    .option(
      '--method <id>',
      'pgd-at, trades, fast-at, ensemble, smoothing, patchcleanser, input-cleaning, text-augment or standard',
      'pgd-at',
    )
    .option('--architecture <id>', 'mlp, small-cnn, strided-cnn, madry-cnn, resnet8, resnet18 or series-cnn')
    .option('--norm <norm>', 'linf or l2', 'linf')
    .option('--eps <size>', 'largest perturbation, in units of the inputs', '8/255')
    .option('--bounds <low,high>', 'smallest and largest value of an input', '0,1')
    .option('--epochs <n>', 'times that all samples are trained on')
    .option('--batch <n>', 'samples of one update')
    .option('--rate <r>', 'largest learning rate')
    .option('--set <key=value...>', "other options of the method: --set steps=10 beta=6 (see the method's README)")
    .option('--classes <n>', 'number of classes; default: as many as the labels have');
  addDataOptions(command)
    .option('--measure <n>', 'held-out samples that are attacked before and after', '500')
    .option('--threads <n>', 'threads', '1')
    .option('--seed <text>', 'seed of everything that is random', 'parapet')
    .option('--fresh', 'begin anew, even when there is a checkpoint')
    .option('--out <file>', 'where the model goes', 'hardened.onnx')
    .option('--json', 'write the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  parapet harden model.onnx --data train.npz --method pgd-at --eps 8/255 --out hardened.onnx
  parapet harden --architecture strided-cnn --data train-images-idx3-ubyte.gz --eps 0.3 --epochs 12
  parapet harden signs.onnx --data train/ --method patchcleanser --set patch=5 --out hardened.onnx
  parapet harden --architecture small-cnn --data train/ --method ensemble --set members=3 agree=3 member=pgd-at
  parapet harden moderation.yaml --data comments.jsonl --method text-augment --out hardened.onnx

A run that is stopped goes on when the same command is given again.`,
    )
    .action(async (model: string | undefined, options: HardenArguments) => {
      const { runHarden } = await import('../run-harden.ts');
      await runHarden(model, options, io);
    });
};
