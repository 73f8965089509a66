import type { Command } from 'commander';
import type { RegisterCommand } from '../command.ts';

interface Where {
  readonly config: string;
  readonly state?: string;
}

/** `parapet audit verify|proof|show|checkpoint|check-proof`: the ledger, also while a gateway writes to it. */
export const register: RegisterCommand = (program, io) => {
  const audit = program.command('audit').description('verify the ledger, and prove single records');
  const located = (command: Command): Command =>
    command
      .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
      .option('--state <dir>', 'state directory, instead of the one that the configuration names');

  located(audit.command('verify'))
    .description('recompute every record, tile, root and signature, and hold them against the store')
    .option('--proof <index>', 'also prove one record: its number in the ledger, or its request id')
    .option('--since <file>', 'a checkpoint saved earlier: the log must be an extension of it')
    .option('--key <vkey>', "the log's verifier key, kept elsewhere (default: key.pub beside the log)")
    .option('--no-store', 'do not hold the log against the store')
    .option('--json', 'print as JSON')
    .action(async (options: Where & { proof?: string; since?: string; key?: string; store: boolean; json?: true }) => {
      const { verifyAudit } = await import('../audit.ts');
      await verifyAudit(options, io);
    });

  located(audit.command('proof'))
    .description('write the proof that a record is in the log (c2sp.org/tlog-proof), to be checked without the log')
    .argument('<record>', 'number in the ledger, or request id')
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .action(async (record: string, options: Where & { output?: string }) => {
      const { proveRecord } = await import('../audit.ts');
      await proveRecord(record, options, io);
    });

  located(audit.command('show'))
    .description('print a record as it stands in the ledger')
    .argument('<record>', 'number in the ledger, or request id')
    .action(async (record: string, options: Where) => {
      const { showRecord } = await import('../audit.ts');
      await showRecord(record, options, io);
    });

  located(audit.command('checkpoint'))
    .description(
      'print the signed checkpoint; keep it elsewhere, and `audit verify --since` finds a log that was rewritten',
    )
    .action(async (options: Where) => {
      const { showCheckpoint } = await import('../audit.ts');
      await showCheckpoint(options, io);
    });

  audit
    .command('check-proof')
    .description('check a proof without the log')
    .argument('<proof>', 'file that `audit proof` wrote')
    .requiredOption('--entry <file>', 'the record, byte for byte, as `audit show` prints it')
    .requiredOption('--key <vkey>', "the log's verifier key")
    .action(async (proof: string, options: { entry: string; key: string }) => {
      const { checkProof } = await import('../check-proof.ts');
      await checkProof(proof, options.entry, options.key, io);
    });
};
