import type { CheckModelOptions } from '../check-model.ts';
import type { RegisterCommand } from '../command.ts';

/** `parapet model check`: what is in an ONNX model, and whether its gradients can be had and are right. */
export const register: RegisterCommand = (program, io) => {
  const model = program.command('model').description('look into ONNX models');
  model
    .command('check')
    .description('say what a model is made of, run it, and hold its input gradient against finite differences')
    .argument('<file>', 'ONNX model')
    .option('--json', 'print as JSON')
    .option(
      '--input <name>',
      'input (or value inside the network) to differentiate by (default: the first floating-point one)',
    )
    .option('--output <name>', 'output with the scores (default: the first floating-point one)')
    .option('--shape <lengths>', 'shape of one sample where the file leaves it open: 3x224x224')
    .option(
      '--constant <name=number...>',
      'what another input holds: one number, or all in order with commas (default: zeros, ones for masks)',
    )
    .option('--runtime <kind>', 'native or wasm (default: native where it works)')
    .option('--seed <text>', 'seed of the random sample', '0')
    .option('--straight-through', 'give operators that hide the gradient their stand-in (BPDA)')
    .action(async (file: string, options: CheckModelOptions) => {
      const { checkModel } = await import('../check-model.ts');
      await checkModel(file, options, io);
    });
};
