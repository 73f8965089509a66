import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ConfigInput } from '../../src/config/schema.ts';
import { createDemoApp } from '../../src/demo/create-demo-app.ts';
import type { DemoApp } from '../../src/demo/create-demo-app.ts';
import { STAND_IN_MODEL, startStandInModel } from '../../src/demo/stand-in-model/start-stand-in-model.ts';
import { createStoppedCalls } from '../../src/cli/stopped-calls.ts';
import { SIGNED_IN } from '../../src/demo/bank/seed.ts';
import type { ApprovalQueue } from '../../src/approvals/approval-queue.ts';
import { startGateway } from '../gateway/start-gateway.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/bank/parapet.yaml');

export interface DemoGateway {
  readonly app: DemoApp['app'];
  readonly approvals: ApprovalQueue;
  close(): Promise<void>;
}

/** The demo as `npm start` runs it: the example's own rules and policy, on free ports, with room for many requests. */
export async function startDemoGateway(dialect: 'openai' | 'anthropic'): Promise<DemoGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'parapet-demo-'));
  const model = await startStandInModel();
  const example = parse(readFileSync(EXAMPLE, 'utf8')) as ConfigInput;
  const { access, rules, budgets = [], prices, evidence } = example;
  const flow = { ...example.flow, rules: join(EXAMPLE, '..', example.flow!.rules!) };
  const upstreams = example.upstreams.map((upstream) => ({ ...upstream, url: model.url }));
  const roomy = budgets.map((budget) => ({ ...budget, ...(budget.requests === undefined ? {} : { requests: 500 }) }));
  const gateway = await startGateway({
    upstreamUrl: model.url,
    config: { access, rules, budgets: roomy, prices, evidence, upstreams, flow } as ConfigInput,
  });
  const demo = createDemoApp({
    directory,
    dialect,
    model: STAND_IN_MODEL,
    through: { baseUrl: `${gateway.url}/v1`, key: await gateway.createKey(SIGNED_IN, 'bank-assistant') },
    around: { baseUrl: `${model.url}/v1`, key: 'any' },
    stopped: createStoppedCalls(gateway.running.runtime),
    seen: model.seen,
  });
  return {
    app: demo.app,
    approvals: gateway.running.runtime.approvals,
    async close() {
      demo.close();
      await gateway.close();
      await model.close();
      rmSync(directory, { recursive: true });
    },
  };
}
