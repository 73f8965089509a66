import { Command, CommanderError } from 'commander';
import { type FaultCode, isFault } from '../core/fault.ts';
import type { Io, RegisterCommand } from './command.ts';
import { register as assess } from './commands/assess.ts';
import { register as attack } from './commands/attack.ts';
import { register as audit } from './commands/audit.ts';
import { register as canary } from './commands/canary.ts';
import { register as certify } from './commands/certify.ts';
import { register as config } from './commands/config.ts';
import { register as data } from './commands/data.ts';
import { register as detect } from './commands/detect.ts';
import { register as detector } from './commands/detector.ts';
import { register as flow } from './commands/flow.ts';
import { register as harden } from './commands/harden.ts';
import { register as init } from './commands/init.ts';
import { register as keys } from './commands/keys.ts';
import { register as mcp } from './commands/mcp.ts';
import { register as model } from './commands/model.ts';
import { register as passport } from './commands/passport.ts';
import { register as policy } from './commands/policy.ts';
import { register as admin } from './commands/admin.ts';
import { register as explain } from './commands/explain.ts';
import { register as scan } from './commands/scan.ts';
import { register as serve } from './commands/serve.ts';
import { register as sign } from './commands/sign.ts';
import { register as threats } from './commands/threats.ts';
import { register as vault } from './commands/vault.ts';
import { packageVersion } from './version.ts';

/** In the order of the help, under the headings there. */
const COMMANDS: Readonly<Record<string, readonly RegisterCommand[]>> = {
  'The gateway:': [init, config, serve, keys, policy, canary, vault, admin],
  'Texts and tool calls:': [detect, flow, mcp],
  'What is loaded:': [scan, explain, data],
  'Models:': [assess, model, attack, harden, certify, detector],
  'Evidence:': [audit, sign, passport, threats],
};

const EXAMPLES = `
Examples:
  parapet init                              write a parapet.yaml to start from
  parapet config check                      say what is wrong in it, with line and column
  parapet serve --config parapet.yaml       start the gateway and the console
  parapet keys create --principal alice     make a key for a caller
  parapet scan models/                      say what files would do to whoever loads them
  parapet data check data/                  say what is wrong in a data set
  parapet assess model.onnx --data test.npz --budget 10m --out report/

Exit codes: 0 fine, 1 findings, 2 wrong usage or configuration, 3 incomplete or internal error.`;

/** What the user has to mend: the command line, a configuration, a file that was given. */
const WRONG_INPUT: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'ERR_CONFIG',
  'ERR_USAGE',
  'ERR_DATA',
  'ERR_MODEL_MALFORMED',
  'ERR_MODEL_UNSUPPORTED',
  'ERR_HANDSHAKE',
]);

/** The program with all its commands, not yet run. */
export function createProgram(io: Io): Command {
  const program = new Command('parapet')
    .description('Secures an AI system over its whole life: a gateway in front of models, a lab, scanners, evidence.')
    .version(packageVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showHelpAfterError('(run the command with --help to see its options)')
    .showSuggestionAfterError(true)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.replace(/\n$/, '')),
      writeErr: (text) => io.err(text.replace(/\n$/, '')),
    });
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const register of commands) register(program, io);
  }
  inheritSettings(program);
  return program;
}

/**
 * Runs one command line (without `node` and the script) and returns the exit code. Never throws: what goes wrong
 * is one line on stderr, with the stack only when `PARAPET_DEBUG` is set.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const program = createProgram(io);
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(argv, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err(`error: ${isFault(error) ? error.line : describe(error)}`);
    if (io.env.PARAPET_DEBUG) io.err(error instanceof Error ? (error.stack ?? '') : String(error));
    else if (!isFault(error)) io.err('This is a defect of Parapet. Run again with PARAPET_DEBUG=1 to see where.');
    return isFault(error) && WRONG_INPUT.has(error.code) ? 2 : 3;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Commander copies settings to sub-commands only when it makes them itself at the time. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}
