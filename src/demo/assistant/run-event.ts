import type { BankState } from '../bank/open-bank.ts';
import type { StoppedCall } from './stopped-call.ts';

/** Through the gateway, or around it. */
export const ROUTES = ['through', 'around'] as const;
export type Route = (typeof ROUTES)[number];

/** One line of what a run came to, in plain words. */
export interface Told {
  /**
   * `stopped`: Parapet kept it in. `passed`: it got through. `open`: it happened, and nothing in this version would stop it.
   * `recorded`: who, what and how much was written down. `calm`: nothing worth stopping happened.
   */
  readonly kind: 'stopped' | 'passed' | 'open' | 'recorded' | 'calm';
  readonly text: string;
}

/** What the page is told while the assistant works, in order. */
export type RunEvent =
  | { readonly type: 'calling'; readonly call: number }
  | {
      readonly type: 'called';
      readonly call: number;
      readonly status: number;
      readonly requestId: string | null;
      readonly millis: number;
      readonly tools: number;
      readonly error: { readonly message: string; readonly code: string | null } | null;
    }
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool';
      readonly name: string;
      readonly arguments: string;
      readonly result: string;
      /** The tool changed something and did not fail. */
      readonly changed: boolean;
    }
  | {
      /** A tool call that the answer does not hold any more. */
      readonly type: 'stopped';
      readonly call: StoppedCall;
    }
  | { readonly type: 'bank'; readonly before: BankState; readonly after: BankState }
  | { readonly type: 'told'; readonly lines: readonly Told[] };
