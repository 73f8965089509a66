import type { RegisterCommand } from '../command.ts';
import { addDataOptions } from '../data-options.ts';
import type { AttackArguments } from '../run-attack-command.ts';

/** `parapet attack`: one attack on a model, with the parameters of its paper. */
export const register: RegisterCommand = (program, io) => {
  const command = program
    .command('attack')
    .description('attack a model, and say how accurate it stays; every success is predicted again from the saved bytes')
    .argument(
      '<target>',
      'ONNX file, tree model, target file (.yaml, .json) or address of a model (https://HOST/v2/models/NAME)',
    )
    .requiredOption(
      '--data <path>',
      'samples with labels: folder of pictures by class, .npz, IDX, .npy or CSV; texts: JSON Lines',
    )
    .option(
      '--attack <id>',
      'autoattack, pgd, square, hopskipjump, tree-exact, textfooler …; default: what the target allows',
    )
    .option('--norm <norm>', 'linf, l2, l1, l0 or edits; default: linf, or what the attack has')
    .option(
      '--eps <size>',
      'largest perturbation, in units of the inputs; share of the words of a text; default: 8/255, or 0.3',
    )
    .option('--bounds <low,high>', 'smallest and largest value of an input; default: as declared, or 0,1')
    .option('--samples <n>', 'samples that are attacked', '200')
    .option('--set <key=value...>', 'options of the attack (see its README)')
    .option('--expect-accuracy <share>', 'the accuracy on clean data that you know the model to have');
  addDataOptions(command)
    .option('--text <key>', 'key of the text in JSON Lines; default: text')
    .option(
      '--kind <kind>',
      'what a sample is: image, series, table or text; default: by its shape (docs/assessing.md)',
    )
    .option(
      '--abstention <meaning>',
      'of a model that may abstain: handed-over, which is no success of an attack, or error, which is one',
      'handed-over',
    )
    .option('--queries <n>', 'samples that a target behind HTTP is asked at most, in all')
    .option('--query-log <file>', 'answers of a target behind HTTP: a run that is stopped asks for none of them again')
    .option('--estimate', 'say what a target behind HTTP would be asked and what that costs, and stop')
    .option('--threads <n>', 'threads', '2')
    .option('--seed <text>', 'seed of everything that is random', 'parapet')
    .option('--log <file>', 'results so far: a run that is stopped goes on from there')
    .option('--out <file>', 'adversarial samples as .npz')
    .option('--json', 'write the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  parapet attack model.onnx --data test.npz --attack autoattack --norm linf --eps 8/255\n  parapet attack https://localhost:8000/v2/models/signs --data test.npz --attack square --queries 20000',
    )
    .action(async (model: string, options: AttackArguments) => {
      const { runAttackCommand } = await import('../run-attack-command.ts');
      await runAttackCommand(model, options, io);
    });
};
