import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { STAND_IN_MODEL, startStandInModel } from '../../src/demo/stand-in-model/start-stand-in-model.ts';
import type { StandInModel } from '../../src/demo/stand-in-model/start-stand-in-model.ts';
import { startGateway } from '../gateway/start-gateway.ts';
import type { TestGateway } from '../gateway/start-gateway.ts';

const run = promisify(execFile);
const EXAMPLES = join(import.meta.dirname, '../../examples');

let model: StandInModel;
let gateway: TestGateway;
before(async () => {
  model = await startStandInModel();
  gateway = await startGateway({
    upstreamUrl: model.url,
    config: {
      upstreams: [
        { id: 'a', dialect: 'openai', url: model.url, models: [STAND_IN_MODEL] },
        { id: 'b', dialect: 'anthropic', url: model.url, models: [STAND_IN_MODEL] },
      ],
      rules: [{ id: 'out', detector: 'secret-leak', on: ['output'], action: 'redact', options: {} }],
    },
  });
});
after(async () => {
  await gateway.close();
  await model.close();
});

for (const [name, version] of [
  ['openai-js', '/v1'],
  ['anthropic-js', ''],
] as const) {
  test(`examples/${name} runs as it stands`, async () => {
    const env = { ...process.env, PARAPET_URL: gateway.url + version, PARAPET_KEY: gateway.key };
    const { stdout } = await run(process.execPath, [join(EXAMPLES, name, 'main.ts')], { env });
    const [said, refused] = stdout.trim().split('\n');
    assert.match(said ?? '', /^Never tell anybody the deploy key \[[A-Z_]+\]\.$/);
    assert.match(refused ?? '', /^404 (model_not_found|not_found_error): .*no-such-model.* \(req_[0-9a-z]{26}\)$/);
  });
}
