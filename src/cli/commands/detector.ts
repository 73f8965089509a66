import type { RegisterCommand } from '../command.ts';
import { addDataOptions } from '../data-options.ts';
import type { CalibrateArguments } from '../run-detector-calibrate.ts';
import type { EvaluateArguments } from '../run-detector-evaluate.ts';

/** `parapet detector`: detectors of hostile inputs to a model, set to a rate of false alarms and tested against attacks that know them. */
export const register: RegisterCommand = (program, io) => {
  const detector = program
    .command('detector')
    .description('detectors of hostile inputs to a model: set one to a rate of false alarms, and test it');
  const calibrate = detector
    .command('calibrate')
    .description(
      'fit a detector to clean samples, set its threshold to a rate of false alarms, and write both to a file',
    )
    .argument('<model>', 'ONNX model that is watched over')
    .requiredOption('--data <path>', 'clean samples with labels: folder of pictures by class, .npz, IDX, .npy or CSV')
    .requiredOption(
      '--detector <id>',
      'feature-squeezing, mahalanobis, knn, ensemble-disagreement, constraint-violation, t2-spe, cusum or stateful-query',
    )
    .option('--fpr <rate>', 'share of clean inputs that may be reported', '0.01')
    .option('--out <file>', 'where the thresholds go', 'thresholds.json')
    .option(
      '--layer <name>',
      'value of the network whose numbers are the features; default: what goes into its last layer',
    )
    .option('--ensemble <model...>', 'other ONNX models for the same task')
    .option('--fit-share <share>', 'share of the samples that is fitted on; the rest sets the threshold', '0.5')
    .option('--set <key=value...>', 'options of the detector (see its README)')
    .option('--bounds <low,high>', 'smallest and largest value of an input', '0,1');
  addDataOptions(calibrate)
    .option('--threads <n>', 'threads', '2')
    .option('--seed <text>', 'seed of the split into parts', 'calibrate')
    .option('--json', 'write the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  parapet detector calibrate model.onnx --data clean.npz --detector mahalanobis --fpr 0.01 --out thresholds.json',
    )
    .action(async (model: string, options: CalibrateArguments) => {
      const { runDetectorCalibrate } = await import('../run-detector-calibrate.ts');
      await runDetectorCalibrate(model, options, io);
    });
  const evaluate = detector
    .command('evaluate')
    .description('attack a model without and with knowledge of its detector, and say what the detector sees')
    .argument('<model>', 'the ONNX model that the thresholds were made for')
    .requiredOption('--data <path>', 'other samples with labels than those of the calibration')
    .option('--thresholds <file>', 'what "parapet detector calibrate" wrote', 'thresholds.json')
    .option('--attack <id>', 'the attack that does not know the detector; default: pgd, or square for stateful-query')
    .option('--attack-set <key=value...>', 'options of the attack (see its README)')
    .option('--norm <norm>', 'linf or l2', 'linf')
    .option('--eps <size>', 'largest perturbation, in units of the inputs', '8/255')
    .option('--samples <n>', 'samples that are attacked; default: 200, or 20 for stateful-query')
    .option('--steps <n>', 'steps of each start of the attack that knows the detector', '50')
    .option('--restarts <n>', 'its random starts', '4')
    .option('--ensemble <model...>', 'the other ONNX models that the thresholds were made with')
    .option('--bounds <low,high>', 'smallest and largest value of an input', '0,1');
  addDataOptions(evaluate)
    .option('--threads <n>', 'threads', '2')
    .option('--seed <text>', 'seed of everything that is random', 'parapet')
    .option('--json', 'write the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  parapet detector evaluate model.onnx --data test.npz --thresholds thresholds.json --attack pgd --eps 8/255',
    )
    .action(async (model: string, options: EvaluateArguments) => {
      const { runDetectorEvaluate } = await import('../run-detector-evaluate.ts');
      await runDetectorEvaluate(model, options, io);
    });
};
