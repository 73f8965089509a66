import type { RegisterCommand } from '../command.ts';

/** `parapet serve`: the gateway, its console and, where the configuration asks for it, the demo. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('serve')
    .description('start the gateway and its console')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--no-watch', 'do not load the configuration again when its file changes')
    .action(async (options: { config: string; watch: boolean }) => {
      const { serve } = await import('../serve.ts');
      await serve(options, io);
    });
};
