import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault, isFault } from '../core/fault.ts';
import type { Principal } from '../core/principal.ts';
import { Client } from './client.ts';
import { outcomeOf, toFault } from './ending.ts';
import type { Gateway } from './gateway.ts';
import { presentedBy } from './presented.ts';
import { type Route, explainUnknown, matchRoute } from './route.ts';
import { Exchange } from './exchange.ts';
import { CLIENT_GONE } from './client-gone.ts';
import { askModel } from './ask-model.ts';
import { serveModels } from './serve-models.ts';
import { serveCallToken } from './serve-call-token.ts';
import { serveResponseObject } from './serve-response-object.ts';

/**
 * One request on its way through the gateway: who asks, what is asked, may they, how much is left, what may go in,
 * the provider, what may come out, the record. The order is the security: nothing of a body is read before the caller
 * is known, nothing leaves before its record is written.
 */
export class Passage {
  readonly #exchange: Exchange;
  readonly #route: Route;
  #leave: (() => void) | null = null;

  constructor(gateway: Gateway, request: IncomingMessage, response: ServerResponse) {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const query = mark === -1 ? '' : url.slice(mark);
    this.#route = matchRoute(request.method ?? 'GET', path, request.headers);
    this.#exchange = new Exchange(gateway, new Client(request, response), path, query, this.#route.dialect);
  }

  /** Never rejects: every ending is answered and recorded. */
  async run(): Promise<void> {
    const { gateway, generation, client, dialect, draft } = this.#exchange;
    let principal: Principal | null = null;
    try {
      if (!gateway.admit()) {
        gateway.metrics.turnedAway.inc({ reason: 'overloaded' });
        const fault = new Fault('ERR_OVERLOADED', 'The gateway is at its limit or about to stop.', { retryAfter: 1 });
        client.refuse(dialect, fault, draft.id);
        return;
      }
      principal = await this.#identify();
      if (principal === null) return;
      this.#leave = generation.budgets.enter(principal);
      if (this.#leave === null) {
        throw new Fault('ERR_TOO_MANY_CONCURRENT', `"${principal.id}" has as many requests in flight as it may.`, {
          retryAfter: 1,
        });
      }
      gateway.live.began(principal.id);
      await this.#go(principal);
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#leave?.();
      if (this.#leave !== null && principal !== null) gateway.live.ended(principal.id);
    }
  }

  /** Null when the caller was throttled: answered, counted and not recorded, so that a flood cannot fill the ledger. */
  async #identify(): Promise<Principal | null> {
    const { gateway, generation, client, dialect, draft } = this.#exchange;
    try {
      const answer = generation.authenticator.authenticate(presentedBy(client.request));
      const principal = answer instanceof Promise ? await answer : answer;
      draft.principal = principal;
      return principal;
    } catch (error) {
      if (isFault(error) && error.code === 'ERR_AUTH_THROTTLED') {
        gateway.metrics.turnedAway.inc({ reason: 'auth-throttled' });
        client.refuse(dialect, error, draft.id);
        return null;
      }
      throw error;
    }
  }

  async #go(principal: Principal): Promise<void> {
    const route = this.#route;
    switch (route.kind) {
      case 'surface':
        return askModel(this.#exchange, principal, route.surface, route.upstreamPath);
      case 'models':
        return serveModels(this.#exchange, principal, route.model);
      case 'call-token':
        return serveCallToken(this.#exchange, principal);
      case 'response-object':
        return serveResponseObject(this.#exchange, principal, route);
      case 'method':
        throw new Fault('ERR_METHOD', `This path takes ${route.allow}.`, { where: 'method' });
      case 'unknown':
        throw new Fault(
          'ERR_ROUTE_UNKNOWN',
          'This path is not served. Parapet forwards nothing that it does not guard.',
          {
            hint: explainUnknown(this.#exchange.client.request) ?? 'docs/gateway.md lists the paths that are served.',
          },
        );
    }
  }

  async #fail(error: unknown): Promise<void> {
    const exchange = this.#exchange;
    const { gateway, client, dialect, draft } = exchange;
    exchange.answer?.abort();
    const fault = error === CLIENT_GONE || client.gone ? null : toFault(error);
    if (fault?.code === 'ERR_INTERNAL') gateway.log.error({ err: error, request: draft.id }, 'internal error');
    if (draft.usage === null) {
      // A caller who leaves while the provider works has caused what it read; a provider that failed is not paid.
      if (fault === null && exchange.answer !== null)
        draft.usage = { inputTokens: exchange.inputTokens, outputTokens: 0, estimated: true };
      draft.microUsd = exchange.settle(draft.usage);
    } else if (exchange.owed) {
      // A further round that came to nothing, or that the caller did not wait for.
      exchange.settle(fault === null ? { inputTokens: exchange.inputTokens, outputTokens: 0, estimated: true } : null);
    }
    draft.fault = fault;
    draft.outcome = fault === null ? 'client-closed' : outcomeOf(fault);
    try {
      draft.status = fault === null ? 499 : gateway.statusOf(dialect, fault, draft.id);
      await gateway.record(draft, null, exchange.generation);
    } catch (recordError) {
      const broken = toFault(recordError);
      gateway.log.error({ err: recordError, request: draft.id }, 'the record could not be written');
      client.refuse(dialect, broken, draft.id);
      return;
    }
    if (fault !== null) client.refuse(dialect, fault, draft.id, exchange.rates());
  }
}
