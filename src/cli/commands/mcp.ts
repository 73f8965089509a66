import type { Command } from 'commander';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Fault } from '../../core/fault.ts';
import type { RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';
import { packageVersion } from '../version.ts';

interface Setup {
  readonly config?: string;
  readonly state?: string;
}
interface ServerOptions extends Setup {
  readonly name?: string;
  readonly passEnv?: string[];
  readonly floating?: true;
  readonly principal?: string;
}
interface LoginOptions extends Setup {
  readonly principal?: string;
  readonly port: string;
  readonly scope?: string[];
  readonly forget?: true;
}
interface ApproveOptions extends Setup {
  readonly all?: true;
  readonly identity?: true;
  readonly instructions?: true;
  readonly prompt?: string[];
  readonly resource?: string[];
  readonly template?: string[];
}

/** `parapet mcp`: a proxy in front of MCP servers, and what was approved of them. */
export const register: RegisterCommand = (program, io) => {
  const mcp = program
    .command('mcp')
    .description('stand between MCP clients and servers: pins, checks, decisions over calls');
  const withSetup = (command: Command): Command =>
    command
      .option('-c, --config <file>', 'configuration with a section `mcp`')
      .option('--state <directory>', "where pins and records lie (default: the file's state, or ~/.parapet)");
  const withServer = (command: Command): Command =>
    withSetup(command)
      .option('--name <name>', 'name of the server, for its pins and its rules in the configuration')
      .option('--pass-env <names...>', "variables of the client's that the server gets")
      .option('--floating', 'accept a command that runs whatever version is the newest today');

  withServer(mcp.command('wrap'))
    .description('start an MCP server and stand between it and the client that starts this, over stdio')
    .argument('[command...]', 'the server, behind --')
    .action(async (command: string[], options: ServerOptions) => {
      const { mcpSetup, peopleOf, serverFrom } = await import('../mcp-setup.ts');
      const setup = await mcpSetup(options, io);
      const { server, settings } = await serverFrom(setup, options.name, command, options.floating === true);
      if (settings.url !== undefined)
        throw new Fault('ERR_USAGE', `"${server}" is reached over HTTP; use parapet mcp serve.`);
      const { wrapServer } = await import('../../mcp/wrap.ts');
      const { openAuditFile, openAuditLedger } = await import('../../mcp/audit-trail.ts');
      const { PinStore } = await import('../../mcp/pins.ts');
      const { systemClock } = await import('../../core/clock.ts');
      const { config, directory, state, rules } = setup;
      const audit =
        config.audit === 'ledger'
          ? await openAuditLedger(join(state, 'ledger'), systemClock)
          : openAuditFile(join(state, 'calls'), systemClock);
      const note = (line: string): void => io.err(`parapet: ${line}`);
      const asking = await peopleOf(setup, audit, note);
      const { serverEnded } = await wrapServer({
        server,
        settings,
        config,
        pins: new PinStore(join(state, 'pins')),
        rules,
        people: asking.people,
        audit,
        clock: systemClock,
        directory,
        state,
        env: io.env,
        passed: options.passEnv ?? [],
        input: Readable.from(io.stdin()),
        output: io.out,
        note,
        signal: io.signal,
      }).finally(() => asking.close());
      if (serverEnded) io.exitCode = 3;
    });

  withSetup(mcp.command('serve'))
    .description('listen for MCP clients over Streamable HTTP, each server at /mcp/<name>')
    .action(async (options: Setup) => {
      const { mcpSetup, peopleOf } = await import('../mcp-setup.ts');
      if (options.config === undefined)
        throw new Fault('ERR_USAGE', 'Give --config: its section `mcp` names the servers.');
      const setup = await mcpSetup(options, io);
      const { config, directory, state, rules } = setup;
      const { serveMcp } = await import('../../mcp/serve.ts');
      const { openAuditFile, openAuditLedger } = await import('../../mcp/audit-trail.ts');
      const { PinStore } = await import('../../mcp/pins.ts');
      const { systemClock } = await import('../../core/clock.ts');
      const audit =
        config.audit === 'ledger'
          ? await openAuditLedger(join(state, 'ledger'), systemClock)
          : openAuditFile(join(state, 'calls'), systemClock);
      const note = (line: string): void => io.err(`parapet: ${line}`);
      const asking = await peopleOf(setup, audit, note);
      const serving = await serveMcp({
        config,
        pins: new PinStore(join(state, 'pins')),
        rules,
        people: asking.people,
        audit,
        clock: systemClock,
        directory,
        state,
        env: io.env,
        note,
      }).catch(async (error: unknown) => {
        await asking.close();
        throw error;
      });
      for (const name of Object.keys(config.servers)) io.out(`${serving.url}/mcp/${name}`);
      await new Promise<void>((resolve) => {
        if (io.signal.aborted) resolve();
        else io.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await serving.close();
      await asking.close();
    });

  withServer(mcp.command('pin'))
    .description('ask a server what it offers; pin what is clean where it was never seen, hold the rest')
    .option('--principal <id>', 'whose sign-in is used, where the server needs one')
    .argument('[command...]', 'the server behind --, unless --name names one of the configuration')
    .action(async (command: string[], options: ServerOptions) => {
      const { mcpSetup, serverFrom } = await import('../mcp-setup.ts');
      const setup = await mcpSetup(options, io);
      const { server, settings } = await serverFrom(setup, options.name, command, options.floating === true);
      const { contactServer } = await import('../../mcp/contact-server.ts');
      const { PinStore } = await import('../../mcp/pins.ts');
      const { systemClock } = await import('../../core/clock.ts');
      const pins = new PinStore(join(setup.state, 'pins'));
      const { openCredentials } = await import('../../mcp/open-credentials.ts');
      const credentials = await openCredentials(
        { ...setup.config, servers: { [server]: settings } },
        { ...setup, clock: systemClock },
      );
      const subject = { id: options.principal ?? 'anonymous', who: null };
      const shown = await contactServer({
        server,
        settings,
        config: setup.config,
        pins,
        clock: systemClock,
        directory: setup.directory,
        env: io.env,
        passed: options.passEnv ?? [],
        version: packageVersion(),
        note: (line) => io.err(`parapet: ${line}`),
        credentials: credentials.forSession(server, subject, () => null),
      }).finally(() => credentials.close());
      const held = Object.keys(pins.read(server)?.held ?? {});
      io.out(
        `${server}: ${shown.length} tools shown, ${held.length} held${held.length === 0 ? '' : `: ${held.join(', ')}`}`,
      );
      if (held.length > 0) io.exitCode = 1;
    });

  withSetup(mcp.command('login'))
    .description('sign in to a server that is reached over HTTP, for one principal of the proxy')
    .argument('<server>')
    .option('--principal <id>', 'for whom; needed where clients have tokens')
    .option('--port <n>', 'of this machine, for the answer; a free one by default', '0')
    .option('--scope <scopes...>', 'beyond `oauth.scopes`; each must be in `oauth.stepUp`')
    .option('--forget', 'sign out: remove what was kept')
    .action(async (server: string, options: LoginOptions) => {
      const { mcpSetup } = await import('../mcp-setup.ts');
      const { config, directory, state } = await mcpSetup(options, io);
      const { openCredentials } = await import('../../mcp/open-credentials.ts');
      const { signIn } = await import('../../mcp/oauth/sign-in.ts');
      const { systemClock } = await import('../../core/clock.ts');
      const closed = Object.keys(config.listen.tokens).length > 0 || config.listen.jwt.length > 0;
      if (options.principal === undefined && closed)
        throw new Fault('ERR_USAGE', 'Give --principal: sign-ins are of one principal each.');
      const principal = options.principal ?? 'anonymous';
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535)
        throw new Fault('ERR_USAGE', 'The port is a number from 0 to 65535.', { where: '--port' });
      const credentials = await openCredentials(config, { directory, state, clock: systemClock });
      try {
        const client = credentials.oauth(server);
        if (client?.config.grant !== 'authorization-code')
          throw new Fault(
            'ERR_USAGE',
            `Nobody signs in to "${server}": its \`oauth.grant\` is not authorization-code.`,
          );
        if (options.forget === true) {
          const there = client.store.forget(server, principal);
          io.out(`${server}: ${there ? 'signed out' : 'nobody was signed in'} (${principal})`);
          return;
        }
        const { scopes } = await signIn(client, {
          principal,
          port,
          timeout: 5 * 60_000,
          scopes: options.scope ?? [],
          show: (url) => io.out(`Open this page to sign in:\n${url}`),
          signal: io.signal,
        });
        io.out(`${server}: signed in (${principal})${scopes.length === 0 ? '' : `, for ${scopes.join(' ')}`}`);
      } finally {
        await credentials.close();
      }
    });

  withSetup(mcp.command('list'))
    .description('what is pinned and what is held, of all servers or one')
    .argument('[server]')
    .option('--json', 'the whole pins as JSON')
    .action(async (server: string | undefined, options: Setup & { readonly json?: true }) => {
      const { ENTRY_KINDS } = await import('../../mcp/pins.ts');
      const pins = await storeOf(options);
      const names = server === undefined ? pins.servers() : [server];
      const all = names.map((name) => requirePins(pins.read(name), name));
      if (options.json === true) {
        io.out(JSON.stringify(all, null, 2));
        return;
      }
      const rows = all.flatMap((one) => [
        ...Object.entries(one.tools).map(([tool, { by, digest }]) => [one.server, tool, by, digest.slice(0, 12), '']),
        ...Object.entries(one.held).map(([tool, { why, digest, findings }]) => [
          one.server,
          tool,
          `held: ${why}`,
          digest.slice(0, 12),
          [...new Set(findings.map(({ rule }) => rule))].join(', '),
        ]),
        ...ENTRY_KINDS.flatMap((kind) => [
          ...Object.entries(one.entries[kind]?.pinned ?? {}).map(([key, { by, digest }]) => [
            one.server,
            `${kind}: ${key}`,
            by,
            digest.slice(0, 12),
            '',
          ]),
          ...Object.entries(one.entries[kind]?.held ?? {}).map(([key, { why, digest, findings }]) => [
            one.server,
            `${kind}: ${key}`,
            `held: ${why}`,
            digest.slice(0, 12),
            [...new Set(findings.map(({ rule }) => rule))].join(', '),
          ]),
        ]),
      ]);
      io.out(formatTable(['server', 'tool', 'state', 'digest', 'findings'], rows));
    });

  withSetup(mcp.command('diff'))
    .description('what has changed in what is held, and what was found in it')
    .argument('<server>')
    .argument('[tools...]')
    .action(async (server: string, tools: string[], options: Setup) => {
      const { describePins } = await import('../../mcp/describe-pins.ts');
      const pins = requirePins((await storeOf(options)).read(server), server);
      const lines = describePins(pins, tools);
      for (const line of lines) io.out(line);
      const { ENTRY_KINDS } = await import('../../mcp/pins.ts');
      const entries = ENTRY_KINDS.flatMap((kind) => Object.keys(pins.entries[kind]?.held ?? {}));
      if (Object.keys(pins.held).length + entries.length > 0) io.exitCode = 1;
    });

  withSetup(mcp.command('approve'))
    .description('show tools from now on as they were last seen: read parapet mcp diff first')
    .argument('<server>')
    .argument('[tools...]')
    .option('--all', 'everything that is held')
    .option('--prompt <names...>', 'prompts')
    .option('--resource <uris...>', 'resources')
    .option('--template <templates...>', 'resource templates')
    .option('--instructions', 'what the server tells the model about itself')
    .option('--identity', 'forget how it was started and named: the next contact pins that anew; its tools stay pinned')
    .action(async (server: string, tools: string[], options: ApproveOptions) => {
      const { approved } = await import('../../mcp/admit-tools.ts');
      const store = await storeOf(options);
      let pins = requirePins(store.read(server), server);
      const wanted = options.all === true ? Object.keys(pins.held) : tools;
      for (const tool of wanted) {
        if (!Object.hasOwn(pins.held, tool))
          throw new Fault('ERR_USAGE', `No tool "${tool}" of "${server}" is held.`, {
            hint: `See: parapet mcp list ${server}`,
          });
        pins = approved(pins, tool, new Date().toISOString());
      }
      const { approvedEntry } = await import('../../mcp/admit-entries.ts');
      let entries = 0;
      for (const [kind, named] of [
        ['prompts', options.prompt],
        ['resources', options.resource],
        ['resourceTemplates', options.template],
      ] as const) {
        const there = Object.keys(pins.entries[kind]?.held ?? {});
        for (const key of options.all === true ? there : (named ?? [])) {
          if (!there.includes(key))
            throw new Fault('ERR_USAGE', `No entry "${key}" in ${kind} of "${server}" is held.`, {
              hint: `See: parapet mcp list ${server}`,
            });
          pins = approvedEntry(pins, kind, key, new Date().toISOString());
          entries++;
        }
      }
      if (options.instructions === true) {
        if (pins.heldInstructions === null) throw new Fault('ERR_USAGE', `No instructions of "${server}" are held.`);
        const { digest, text } = pins.heldInstructions;
        pins = { ...pins, instructions: { digest, text }, heldInstructions: null };
      }
      if (options.identity === true) pins = { ...pins, launch: { digest: '', shown: '' }, name: null };
      if (wanted.length + entries === 0 && options.instructions !== true && options.identity !== true)
        throw new Fault('ERR_USAGE', 'Nothing is approved.', {
          hint: 'Name tools, or give --all, --prompt, --resource, --template, --instructions, --identity.',
        });
      store.write(pins);
      io.out(`${server}: approved ${wanted.length} tools${entries === 0 ? '' : `, ${entries} prompts and resources`}`);
    });

  async function storeOf(options: Setup) {
    const { mcpSetup } = await import('../mcp-setup.ts');
    const { PinStore } = await import('../../mcp/pins.ts');
    return new PinStore(join((await mcpSetup(options, io)).state, 'pins'));
  }
};

function requirePins<T>(pins: T | null, server: string): T {
  if (pins !== null) return pins;
  throw new Fault('ERR_USAGE', `Nothing is known of a server "${server}".`, {
    hint: 'See: parapet mcp list; give the same --config or --state as where it runs.',
  });
}
