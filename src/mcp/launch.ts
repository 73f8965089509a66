import { basename } from 'node:path';
import { Fault } from '../core/fault.ts';
import type { McpServerConfig } from '../config/mcp-schema.ts';
import { digestOf } from './digest.ts';

/** How a server is started or reached: the part of its identity that it cannot make up. */
export interface Launch {
  readonly digest: string;
  readonly shown: string;
}

export function launchOf({ command, args, url, cwd }: McpServerConfig): Launch {
  if (url !== undefined) return { digest: digestOf({ url }), shown: url };
  return {
    digest: digestOf({ command, args, ...(cwd === undefined ? {} : { cwd }) }),
    shown: [command, ...args]
      .map((part) => (/^[\w@%+=:,./-]+$/.test(part ?? '') ? part : JSON.stringify(part)))
      .join(' '),
  };
}

/** Runners that fetch a package and run it. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  npx: [],
  bunx: [],
  uvx: [],
  npm: ['exec', 'x'],
  pnpm: ['dlx'],
  yarn: ['dlx'],
  bun: ['x'],
  pipx: ['run'],
  uv: ['tool', 'x'],
  deno: ['run'],
};

/**
 * Refuses a command that runs whatever version is the newest today: what was approved yesterday would not be what runs.
 * @throws Fault `ERR_CONFIG`.
 */
export function requirePinned(command: string, args: readonly string[], where: string): void {
  const runner = basename(command).replace(/\.(?:exe|cmd|ps1)$/i, '');
  const verbs = Object.hasOwn(RUNNERS, runner) ? RUNNERS[runner] : undefined;
  if (verbs === undefined) return;
  const words = args.filter((word) => !word.startsWith('-') || /^--(?:package|from)=/.test(word));
  if (verbs.length > 0 && !verbs.includes(words[0] ?? '')) return;
  const named = words.slice(verbs.length > 0 ? 1 : 0).filter((word) => word !== 'run');
  const target = (named[0] ?? '').replace(/^--(?:package|from)=/, '');
  if (/^(?:\.{0,2}\/|[A-Za-z]:\\)/.test(target)) return; // a file
  if (/[^@/]@v?\d+\.\d+\.\d+(?:[-+.\w]*)$/.test(target) || /^[^=]+==\d+(?:\.\d+)+$/.test(target)) return;
  throw new Fault('ERR_CONFIG', `"${runner} ${target}" runs whatever version is the newest today.`, {
    where,
    hint: 'Name an exact version (package@1.2.3), or set `floating: true`.',
  });
}

/** A name for a server that was given none: what it is called, and six digits of how it is started. */
export function nameFor(launch: Launch, command: string, args: readonly string[]): string {
  const words = [command, ...args].map((word) => basename(word).replace(/@[\d.].*$|\.(?:[cm]?js|ts|py|exe|cmd)$/g, ''));
  const word = words.find((one) => /mcp|server/i.test(one)) ?? words[0] ?? 'server';
  const plain = word
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 40);
  return `${plain === '' ? 'server' : plain}-${launch.digest.slice(0, 6)}`;
}
