/** A gateway to be killed: starts on the configuration given, prints its URL and a key, and runs until then. */
import { pino } from 'pino';
import { loadConfig } from '../../src/config/load.ts';
import { startGateway } from '../../src/gateway/start-gateway.ts';

const { runtime } = await startGateway({
  loaded: await loadConfig(process.argv[2]!, {}),
  env: {},
  log: pino({ level: 'silent' }),
  version: 'test',
  watch: false,
});
const { key } = await runtime.keys.create({ principal: 'alice' });
console.log(JSON.stringify({ url: runtime.dataUrl, key }));
