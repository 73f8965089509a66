import type { RegisterCommand } from '../command.ts';
import { addDataOptions } from '../data-options.ts';
import type { AssessArguments } from '../run-assess.ts';

/** `parapet assess`: everything that is known about attacking a model, chosen to fit it, as one report. */
export const register: RegisterCommand = (program, io) => {
  const command = program
    .command('assess')
    .description('attack a model with everything that fits it, within a budget of time, and write one report')
    .argument(
      '<target>',
      'ONNX file, tree model, target file (.yaml, .json) or address of a model (https://HOST/v2/models/NAME)',
    )
    .requiredOption(
      '--data <path>',
      'samples with labels: folder of pictures by class, .npz, IDX, .npy or CSV; texts: JSON Lines',
    )
    .option('--out <folder>', 'where the report goes, and what is done so far', 'report')
    .option('--budget <time>', 'time for it: 90s, 10m, 2h or none', '10m')
    .option('--norm <norms>', 'linf, l2 or l1, or several with commas; texts: edits; default: linf, or edits')
    .option(
      '--eps <sizes>',
      "largest perturbation, in units of the inputs, or share of a text's words; one for each norm; default: 8/255, or 0.3",
    )
    .option('--sticker <share>', 'share of a picture that a sticker may cover', '0.05')
    .option(
      '--threat <name...>',
      'adversarial-input (all), or parts: white-box, black-box, sticker, universal, certificate, detector',
    )
    .option(
      '--require <rule...>',
      'what must hold, or exit with 1: "robust_accuracy>=0.5@linf:8/255" "clean_accuracy>=0.9"',
    )
    .option('--expect-accuracy <share>', 'the accuracy on clean data that you know the model to have')
    .option('--samples <n>', 'most samples that one attack gets', '1000')
    .option('--bounds <low,high>', 'smallest and largest value of an input; default: as declared, or 0,1')
    .option('--kind <kind>', 'what a sample is: image, series, table or text; default: as declared, or by its shape')
    .option('--queries <n>', 'samples that a target behind HTTP is asked at most, in all; the plan divides them')
    .option('--query-log <file>', 'answers of a target behind HTTP; default: in the folder of the report')
    .option('--estimate', 'say what it would take in queries, time and money, and stop')
    .option('--text <key>', 'key of the text in JSON Lines; default: text');
  addDataOptions(command)
    .option('--threads <n>', 'threads', '2')
    .option('--seed <text>', 'seed of everything that is random', 'parapet')
    .option('--fresh', 'begin anew, even when the folder holds what was done so far')
    .option('--json', 'write the result as JSON instead of a summary')
    .addHelpText(
      'after',
      `
Example:
  parapet assess model.onnx --data test.npz --budget 10m --out report/ --require "robust_accuracy>=0.5@linf:8/255"

A run that is stopped goes on when the same command is given again.
Exit codes: 0 everything ran and every requirement is met, 1 a requirement is not met, 2 wrong usage, data or model, 3 not everything ran.`,
    )
    .action(async (model: string, options: AssessArguments) => {
      const { runAssess } = await import('../run-assess.ts');
      await runAssess(model, options, io);
    });
};
