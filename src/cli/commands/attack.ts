import type { RegisterCommand } from '../command.ts';
import type { AttackArguments } from '../run-attack-command.ts';

/** `parapet attack`: one attack on an ONNX model, with the parameters of its paper. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('attack')
    .description(
      'attack an ONNX model, and say how accurate it stays; every success is predicted again from the saved bytes',
    )
    .argument('<model>', 'ONNX model')
    .requiredOption('--data <path>', 'samples with labels: folder of pictures by class, .npz, IDX, .npy or CSV')
    .option('--attack <id>', 'autoattack, apgd, pgd, fgsm, fab, square, cw, ddn, hopskipjump …', 'autoattack')
    .option('--norm <norm>', 'linf, l2 or l1', 'linf')
    .option('--eps <size>', 'largest perturbation, in units of the inputs', '8/255')
    .option('--bounds <low,high>', 'smallest and largest value of an input', '0,1')
    .option('--samples <n>', 'samples that are attacked', '200')
    .option('--set <key=value...>', 'options of the attack (see its README)')
    .option('--expect-accuracy <share>', 'the accuracy on clean data that you know the model to have')
    .option('--layout <order>', "order of a picture's axes in arrays: nchw or nhwc; default: worked out")
    .option('--scale <n>', 'what values are divided by; default: 255 for bytes')
    .option('--label <column>', 'column of the class in CSV')
    .option('--labels <file>', 'file of the labels, where it is not found beside the inputs')
    .option('--threads <n>', 'threads', '2')
    .option('--seed <text>', 'seed of everything that is random', 'parapet')
    .option('--log <file>', 'results so far: a run that is stopped goes on from there')
    .option('--out <file>', 'adversarial samples as .npz')
    .option('--json', 'write the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  parapet attack model.onnx --data test.npz --attack autoattack --norm linf --eps 8/255',
    )
    .action(async (model: string, options: AttackArguments) => {
      const { runAttackCommand } = await import('../run-attack-command.ts');
      await runAttackCommand(model, options, io);
    });
};
