import type { Principal } from '../core/principal.ts';
import { listModels } from './list-models.ts';
import type { Exchange } from './exchange.ts';

/** The models that the caller may use, in its dialect; or one of them. */
export async function serveModels(exchange: Exchange, principal: Principal, model: string | null): Promise<void> {
  exchange.draft.surface = 'models';
  exchange.draft.model = model;
  const visible = (name: string): boolean =>
    exchange.generation.policy.decide({
      principal,
      action: 'list',
      resource: { type: 'Model', id: name },
      context: { surface: 'models', stream: false, address: exchange.client.request.socket.remoteAddress ?? '' },
    }).allowed;
  const body = await listModels(
    exchange.gateway.modelCatalogue,
    exchange.generation,
    exchange.dialect,
    model,
    visible,
    exchange.query,
  );
  await exchange.finish(
    200,
    { 'content-type': 'application/json', 'x-request-id': exchange.draft.id, 'request-id': exchange.draft.id },
    Buffer.from(body, 'utf8'),
  );
}
