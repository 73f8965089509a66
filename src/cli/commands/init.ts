import { resolve } from 'node:path';
import type { RegisterCommand } from '../command.ts';

/** `parapet init`: a commented configuration to start from. */
export const register: RegisterCommand = (program, io) => {
  program
    .command('init')
    .description('write a commented configuration for OpenAI and Anthropic')
    .option('-c, --config <file>', 'file to write', 'parapet.yaml')
    .option('--force', 'replace a file that is already there')
    .action(async (options: { readonly config: string; readonly force?: true }) => {
      const { writeFile } = await import('node:fs/promises');
      const { STARTER_CONFIG } = await import('../starter-config.ts');
      const { Fault } = await import('../../core/fault.ts');
      const path = resolve(io.cwd, options.config);
      try {
        await writeFile(path, STARTER_CONFIG, { flag: options.force ? 'w' : 'wx', mode: 0o600 });
      } catch (cause) {
        const code = (cause as NodeJS.ErrnoException).code;
        if (code === 'EEXIST') {
          throw new Fault('ERR_USAGE', 'the file is already there', {
            where: path,
            hint: 'Use --force to replace it, or --config for another name.',
          });
        }
        throw new Fault('ERR_USAGE', `cannot write the file: ${code ?? 'unknown reason'}`, { where: path, cause });
      }
      io.out(
        [
          `wrote ${options.config}`,
          '',
          'Next:',
          '  export OPENAI_API_KEY=… ANTHROPIC_API_KEY=…',
          `  npx parapet config check --config ${options.config}`,
          `  npx parapet keys create --config ${options.config} --principal alice`,
          `  npx parapet serve --config ${options.config}`,
        ].join('\n'),
      );
    });
};
