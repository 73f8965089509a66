/**
 * `npm run bench:gateway`: what Parapet adds. One run, one machine, in turns: the upstream alone; a bare pass-through in its
 * ordinary form (`pool.request` and pipes), which the ratios refer to; the least that can be done on this runtime; Parapet
 * with authentication, policy, budgets, ledger, store and the secrets detector on; and the Portkey gateway from npm.
 *
 * Options: --seconds N (per cell and round, default 4), --rounds N (default 3), --soak REQUESTS (memory over many requests).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Measured, type Target, measure } from './load.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    soak: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

const children: ChildProcess[] = [];
const here = import.meta.dirname;
const root = join(here, '..', '..');

interface Started {
  readonly child: ChildProcess;
  readonly line: string;
}

/** Starts a program and resolves with the first line of its output that matches. */
function start(command: string[], wanted: RegExp, env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd: root,
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    let seen = '';
    const look = (chunk: Buffer): void => {
      seen += chunk.toString();
      const line = seen.split('\n').find((text) => wanted.test(text));
      if (line !== undefined) resolve({ child, line });
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('exit', (code) => reject(new Error(`${command.join(' ')} ended with ${code}: ${seen.slice(-2000)}`)));
  });
}

/** Resident memory of a process in MiB, now and at its highest. */
function memory(child: ChildProcess): { now: number; peak: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

async function startParapet(upstreamPort: string, directory: string): Promise<{ target: Target; child: ChildProcess }> {
  const config = join(directory, 'parapet.yaml');
  await writeFile(
    config,
    JSON.stringify({
      listen: { port: 0 },
      admin: { port: 0 },
      log: { level: 'warn' },
      upstreams: [
        { id: 'bench', dialect: 'openai', url: `http://127.0.0.1:${upstreamPort}`, key: 'sk-bench', models: ['gpt-*'] },
      ],
      access: {
        policy: {
          text: 'permit(principal, action == Action::"invoke", resource) when { principal in Team::"bench" };',
        },
      },
      budgets: [{ id: 'month', per: 'principal', window: 'month', tokens: 900_000_000_000, usd: 900_000_000 }],
      rules: [{ id: 'secrets', detector: 'secret-leak', on: ['input', 'output'], action: 'redact' }],
      limits: { concurrent: 512 },
    }),
  );
  const { line } = await start(
    ['src/main.ts', 'keys', 'create', '--config', config, '--principal', 'bench', '--team', 'bench'],
    /pk_/,
  );
  const key = /pk_\S+/.exec(line)![0];
  const { child, line: listening } = await start(
    ['src/main.ts', 'serve', '--config', config, '--no-watch'],
    /Gateway\s+http/,
  );
  const origin = /http:\/\/\S+/.exec(listening)![0];
  return {
    target: { name: 'Parapet', origin, path: '/v1/chat/completions', headers: { authorization: `Bearer ${key}` } },
    child,
  };
}

async function startPortkey(upstreamPort: string): Promise<{ target: Target; child: ChildProcess } | null> {
  const entry = join(here, '..', 'peers', 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');
  if (!existsSync(entry)) return null;
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const { child } = await start([entry, `--port=${port}`, '--headless'], /running|Ready|ready/i, {
    TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost',
  });
  return {
    target: {
      name: 'Portkey 1.15.2',
      origin: `http://127.0.0.1:${port}`,
      path: '/v1/chat/completions',
      headers: {
        authorization: 'Bearer sk-bench',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
      },
    },
    child,
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '-';
}

const directory = await mkdtemp(join(tmpdir(), 'parapet-bench-'));
try {
  const upstream = await start([join(here, 'upstream.ts')], /^\d+$/);
  const upstreamPort = upstream.line.trim();
  const bare = await start([join(here, 'bare-proxy.ts'), upstreamPort, 'pipe'], /^\d+$/);
  const limit = await start([join(here, 'bare-proxy.ts'), upstreamPort, 'dispatch'], /^\d+$/);
  const parapet = await startParapet(upstreamPort, directory);

  if (values.soak !== undefined) {
    await soak(parapet, Number(values.soak));
  } else {
    const portkey = await startPortkey(upstreamPort);
    const path = '/v1/chat/completions';
    const targets: { target: Target; child: ChildProcess }[] = [
      {
        target: { name: 'direct', origin: `http://127.0.0.1:${upstreamPort}`, path, headers: {} },
        child: upstream.child,
      },
      {
        target: { name: 'bare pass-through', origin: `http://127.0.0.1:${bare.line.trim()}`, path, headers: {} },
        child: bare.child,
      },
      {
        target: { name: 'least possible', origin: `http://127.0.0.1:${limit.line.trim()}`, path, headers: {} },
        child: limit.child,
      },
      parapet,
    ];
    if (portkey === null)
      console.log('Portkey is not installed and is left out; install it with: npm run bench:peers\n');
    else targets.push(portkey);
    await compare(targets);
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
}

async function compare(targets: readonly { target: Target; child: ChildProcess }[]): Promise<void> {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; ${rounds} rounds of ${seconds} s per cell, medians\n`,
  );
  for (const { target } of targets) for (const stream of [false, true]) await measure(target, stream, 32, 1500);
  console.log('| traffic | c | target | p50 ms | p99 ms | requests/s | added p50 ms | of bare | RSS MiB | failures |');
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const stream of [false, true]) {
    for (const concurrency of [1, 32]) {
      const runs = new Map<string, Measured[]>();
      for (let round = 0; round < rounds; round += 1) {
        for (const { target } of targets) {
          const measured = await measure(target, stream, concurrency, seconds * 1000);
          runs.set(target.name, [...(runs.get(target.name) ?? []), measured]);
        }
      }
      const of = (name: string, field: keyof Measured): number => median(runs.get(name)!.map((run) => run[field]));
      for (const { target, child } of targets) {
        const { name } = target;
        const ratio = median(
          runs.get(name)!.map((run, round) => run.rate / runs.get('bare pass-through')![round]!.rate),
        );
        const cells = [
          stream ? 'SSE, 100 frames' : 'JSON, 2 KB',
          concurrency,
          name,
          fixed(of(name, 'p50'), 3),
          fixed(of(name, 'p99'), 2),
          fixed(of(name, 'rate'), 0),
          fixed(of(name, 'p50') - of('direct', 'p50'), 3),
          `${fixed(ratio, 2)} ×`,
          fixed(memory(child).now, 0),
          runs.get(name)!.reduce((sum, run) => sum + run.failures, 0),
        ];
        console.log(`| ${cells.join(' | ')} |`);
      }
    }
  }
}

/** Memory over many requests: after the first tenth it must not grow. */
async function soak({ target, child }: { target: Target; child: ChildProcess }, wanted: number): Promise<void> {
  console.log(`memory of the gateway over ${wanted} requests, one in ten a stream`);
  console.log('| requests | RSS MiB | peak MiB | failures |');
  console.log('|---|---|---|---|');
  let done = 0;
  let failures = 0;
  while (done < wanted) {
    const step = Math.max(1, Math.floor(wanted / 20));
    const goal = done + step;
    while (done < goal) {
      const json = await measure(target, false, 32, 900);
      const sse = await measure(target, true, 32, 200);
      done += json.requests + sse.requests;
      failures += json.failures + sse.failures;
    }
    const { now, peak } = memory(child);
    console.log(`| ${done} | ${fixed(now, 0)} | ${fixed(peak, 0)} | ${failures} |`);
  }
}
