import { dirname, resolve } from 'node:path';
import type { AccessDecision, AccessRequest } from '../../access/access.ts';
import type { PolicyInfo, PolicyProblem } from '../../access/check-policies.ts';
import { Fault } from '../../core/fault.ts';
import type { Io, RegisterCommand } from '../command.ts';
import { formatTable } from '../format-table.ts';
import type { PolicyCase } from '../policy-cases.ts';
import type { PolicySource } from '../policy-source.ts';
import type { SimulateArguments } from '../simulate-policy.ts';

interface PolicyOptions {
  readonly config: string;
  readonly json?: true;
}
interface ExplainOptions extends PolicyOptions {
  readonly principal: string;
  readonly kind?: string;
  readonly team?: string;
  readonly claim: readonly string[];
  readonly action?: string;
  readonly model?: string;
  readonly tool?: string;
  readonly dataset?: string;
  readonly surface?: string;
  readonly stream?: true;
  readonly address?: string;
  readonly policy?: string;
}

/** `parapet policy check|test|explain|schema|simulate|hash`. */
export const register: RegisterCommand = (program, io) => {
  const policy = program.command('policy').description('check, test and explain who may do what; try changed rules');

  policy
    .command('check')
    .description('say what is wrong in Cedar policies: file, line, column')
    .argument('[file]', 'policy file (default: the policy of the configuration)')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (file: string | undefined, options: PolicyOptions) => {
      const { readPolicySource } = await import('../policy-source.ts');
      const { checkPolicies, listPolicies } = await import('../../access/check-policies.ts');
      const source = await readPolicySource({ file, config: options.config }, io);
      const problems = checkPolicies(source.text);
      const failed = problems.some(({ severity }) => severity === 'error');
      if (failed) io.exitCode = 2;
      if (options.json) {
        io.out(JSON.stringify({ ok: !failed, file: source.name, problems }, null, 2));
        return;
      }
      for (const problem of problems) io.out(problemLine(source.name, problem));
      if (failed) return;
      const policies = listPolicies(source.text);
      const forbids = policies.filter(({ effect }) => effect === 'forbid').length;
      io.out(`${source.name} is fine: ${policies.length - forbids} permit, ${forbids} forbid`);
      if (policies.length === forbids) io.err('warning: nothing is permitted, so every request is denied');
    });

  policy
    .command('test')
    .description('run a file of cases against the policies; exit code 1 when one fails')
    .argument('<file>', 'YAML: cases with principal, action, resource, context, expect')
    .option('-c, --config <file>', 'configuration whose policy is tested, unless the cases name a file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (file: string, options: PolicyOptions) => {
      const { readPolicySource, readText } = await import('../policy-source.ts');
      const { parsePolicyCases } = await import('../policy-cases.ts');
      const path = resolve(io.cwd, file);
      const { policy: named, cases } = parsePolicyCases(await readText(path, file), file);
      const source = await readPolicySource(
        { file: named ?? undefined, directory: dirname(path), config: options.config },
        io,
      );
      const { decide, placeOf } = await openPolicy(source);
      const results = cases.map((one) => judge(one, decide(one.request)));
      const failures = results.filter(({ passed }) => !passed);
      if (failures.length > 0) io.exitCode = 1;
      if (options.json) {
        io.out(JSON.stringify({ ok: failures.length === 0, policy: source.name, cases: results }, null, 2));
        return;
      }
      io.out(
        formatTable(
          ['', 'case', 'expected', 'got', 'decided by'],
          results.map((result) => [
            result.passed ? 'pass' : 'FAIL',
            result.name,
            result.expected,
            result.got,
            result.policies.map(placeOf).join(', ') || (result.got === 'error' ? '-' : 'default deny'),
          ]),
        ),
      );
      for (const { line, name, reason } of failures) io.err(`${file}:${line}: ${name}: ${reason}`);
      io.out(`${results.length - failures.length} of ${results.length} cases pass`);
    });

  policy
    .command('explain')
    .description('say whether a principal may do something, and which policies decide')
    .requiredOption('-p, --principal <id>', 'who asks')
    .option('--kind <kind>', 'how the principal is known: key, jwt, mtls, anonymous', 'key')
    .option('-t, --team <id>', 'team of the principal')
    .option('--claim <name=value>', 'a claim of the principal; several times for several values', collect, [])
    .option('-a, --action <action>', 'invoke, list, call or read (default: what one does with the resource)')
    .option('-m, --model <name>', 'the model asked for')
    .option('--tool <name>', 'the tool asked for')
    .option('--dataset <name>', 'the data set asked for')
    .option('--surface <id>', 'surface of the request (default: openai-chat)')
    .option('--stream', 'the answer is asked for as a stream')
    .option('--address <ip>', 'where the request comes from (default: 127.0.0.1)')
    .option('--policy <file>', 'policy file (default: the policy of the configuration)')
    .option('-c, --config <file>', 'configuration file', 'parapet.yaml')
    .option('--json', 'print as JSON')
    .action(async (options: ExplainOptions) => {
      const request = await requestOf(options);
      const { readPolicySource } = await import('../policy-source.ts');
      const source = await readPolicySource({ file: options.policy, config: options.config }, io);
      const { decide, placeOf } = await openPolicy(source);
      const decision = decide(request);
      if (options.json) {
        io.out(JSON.stringify({ policy: source.name, request, ...decision }, null, 2));
        return;
      }
      explain(request, decision, placeOf, io);
    });

  policy
    .command('simulate')
    .description(
      'replay recorded exchanges under changed rules and say what would differ; exit code 1 when something would',
    )
    .requiredOption('--since <duration>', 'how far back: 12h, 7d')
    .option('-c, --config <file>', 'the changed configuration', 'parapet.yaml')
    .option('--baseline <file>', 'compare with this configuration instead of what was decided then')
    .option('--rule <id>', 'only what this rule would do differently')
    .option('--limit <n>', 'exchanges that are replayed at most, the newest', '10000')
    .option('--format <format>', 'table or json', 'table')
    .action(async (options: SimulateArguments) => {
      const { simulatePolicy } = await import('../simulate-policy.ts');
      await simulatePolicy(options, io);
    });

  policy
    .command('hash')
    .description('print the hash by which an allow-list names a value; the value is read from stdin')
    .option('-c, --config <file>', 'configuration file of the installation', 'parapet.yaml')
    .action(async (options: PolicyOptions) => {
      const { hashValue } = await import('../hash-value.ts');
      io.out(await hashValue(options.config, io));
    });

  policy
    .command('schema')
    .description('print the Cedar schema that policies are checked against, for editors')
    .action(async () => {
      const { CEDAR_SCHEMA } = await import('../../access/cedar-schema.ts');
      io.out(CEDAR_SCHEMA.trimEnd());
    });
};

function problemLine(file: string, { line, column, severity, message, hint }: PolicyProblem): string {
  return `${file}:${line}:${column}: ${severity}: ${message}${hint === null ? '' : `; ${hint}`}`;
}

/** The policies, ready to decide, and where each of them stands. */
async function openPolicy(source: PolicySource) {
  const { createCedarPolicy } = await import('../../access/cedar-policy.ts');
  const { listPolicies } = await import('../../access/check-policies.ts');
  const policy = createCedarPolicy(source.text, source.name);
  const infos = new Map(listPolicies(source.text).map((info) => [info.id, info]));
  return {
    decide: (request: AccessRequest) => policy.decide(request),
    placeOf: (id: string): string => describe(id, infos.get(id), source.name),
  };
}

function describe(id: string, info: PolicyInfo | undefined, file: string): string {
  return info === undefined ? id : `${id} (${info.effect}, ${file}:${info.line})`;
}

/** A case that ends in an evaluation error fails whatever it expects: nothing has been decided. */
function judge(one: PolicyCase, decision: AccessDecision) {
  const got = decision.errors.length > 0 ? 'error' : decision.allowed ? 'allow' : 'deny';
  const missing = (one.by ?? []).filter((id) => !decision.policies.includes(id));
  const reason =
    got === 'error'
      ? decision.errors.join('; ')
      : got !== one.expect
        ? `expected ${one.expect}, got ${got}`
        : missing.length > 0
          ? `not decided by ${missing.join(', ')}`
          : null;
  return {
    name: one.name,
    line: one.line,
    passed: reason === null,
    expected: one.expect,
    got,
    policies: decision.policies,
    reason,
  };
}

async function requestOf(options: ExplainOptions): Promise<AccessRequest> {
  const { ACTIONS } = await import('../../access/access.ts');
  const { PRINCIPAL_KINDS } = await import('../../core/principal.ts');
  const { USUAL_CONTEXT } = await import('../policy-cases.ts');
  const named = [
    { type: 'Model', id: options.model, action: 'invoke' },
    { type: 'Tool', id: options.tool, action: 'call' },
    { type: 'Dataset', id: options.dataset, action: 'read' },
  ] as const;
  const [resource, ...others] = named.filter(({ id }) => id !== undefined);
  if (resource?.id === undefined || others.length > 0) {
    throw new Fault('ERR_USAGE', 'Name one resource: --model, --tool or --dataset.');
  }
  const kind = oneOf(PRINCIPAL_KINDS, options.kind ?? 'key', '--kind');
  const action = oneOf(ACTIONS, options.action ?? resource.action, '--action');
  return {
    principal: {
      id: options.principal,
      kind,
      ...(options.team === undefined ? {} : { team: options.team }),
      claims: claimsOf(options.claim),
    },
    action,
    resource: { type: resource.type, id: resource.id },
    context: {
      surface: options.surface ?? USUAL_CONTEXT.surface,
      stream: options.stream ?? USUAL_CONTEXT.stream,
      address: options.address ?? USUAL_CONTEXT.address,
    },
  };
}

function oneOf<T extends string>(allowed: readonly T[], given: string, option: string): T {
  const found = allowed.find((value) => value === given);
  if (found !== undefined) return found;
  throw new Fault('ERR_USAGE', `"${given}" is not one of ${allowed.join(', ')}.`, { where: option });
}

function claimsOf(pairs: readonly string[]): Record<string, string[]> {
  const claims = new Map<string, string[]>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new Fault('ERR_USAGE', `"${pair}" is not name=value.`, { where: '--claim' });
    const name = pair.slice(0, equals);
    claims.set(name, [...(claims.get(name) ?? []), pair.slice(equals + 1)]);
  }
  return Object.fromEntries(claims);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function explain(request: AccessRequest, decision: AccessDecision, placeOf: (id: string) => string, io: Io): void {
  const { principal, action, resource } = request;
  const verdict = decision.allowed ? 'ALLOWED' : 'DENIED';
  io.out(`${verdict}: ${principal.id} (${principal.kind}) ${action} ${resource.type}::"${resource.id}"`);
  for (const id of decision.policies) io.out(`  decided by ${placeOf(id)}`);
  for (const error of decision.errors) io.out(`  evaluation error: ${error}`);
  if (decision.policies.length === 0 && decision.errors.length === 0)
    io.out('  no policy permits it, and the default is deny');
}
