import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { errorBody } from '../conversation/error-body.ts';
import { SURFACES } from '../conversation/registry.ts';
import type { Dialect, Surface } from '../conversation/surface.ts';
import { Fault } from '../core/fault.ts';
import type { FileReader } from '../guard/files/file-reader.ts';
import type { LiveFeed } from '../monitor/live-feed.ts';
import type { AllowBook } from './allow-book.ts';
import type { ApprovalQueue } from '../approvals/approval-queue.ts';
import type { EvidenceWriter } from './evidence.ts';
import type { ExchangeDraft } from './exchange-draft.ts';
import type { FlowMemory } from './flow/flow-memory.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { GuardMemory } from './guard-memory.ts';
import type { Generation } from './generation.ts';
import { ModelCatalogue } from './list-models.ts';
import type { ObjectOwners } from './object-owners.ts';
import { Passage } from './passage.ts';
import type { Vault } from './vault.ts';

export interface GatewayParts {
  readonly generation: () => Generation;
  readonly evidence: EvidenceWriter;
  readonly owners: ObjectOwners;
  readonly allowBook: AllowBook;
  readonly memory: GuardMemory;
  readonly vault: Vault;
  readonly files: FileReader;
  readonly flowMemory: FlowMemory;
  readonly approvals: ApprovalQueue;
  readonly metrics: GatewayMetrics;
  readonly live: LiveFeed;
  readonly log: Logger;
}

/** The data plane: the server that stands in front of the models. */
export class Gateway {
  readonly evidence: EvidenceWriter;
  readonly owners: ObjectOwners;
  readonly allowBook: AllowBook;
  readonly memory: GuardMemory;
  readonly vault: Vault;
  readonly files: FileReader;
  readonly flowMemory: FlowMemory;
  readonly approvals: ApprovalQueue;
  readonly metrics: GatewayMetrics;
  readonly live: LiveFeed;
  readonly log: Logger;
  readonly modelCatalogue: ModelCatalogue;
  readonly responsesSurface: Surface;
  readonly #generation: () => Generation;
  #server: Server | null = null;
  #inFlight = 0;
  #draining = false;
  #idle: (() => void) | null = null;

  constructor(parts: GatewayParts) {
    this.#generation = parts.generation;
    this.evidence = parts.evidence;
    this.owners = parts.owners;
    this.allowBook = parts.allowBook;
    this.memory = parts.memory;
    this.vault = parts.vault;
    this.files = parts.files;
    this.flowMemory = parts.flowMemory;
    this.approvals = parts.approvals;
    this.metrics = parts.metrics;
    this.live = parts.live;
    this.log = parts.log;
    this.modelCatalogue = new ModelCatalogue(() => this.generation.now());
    this.responsesSurface = SURFACES.find(({ id }) => id === 'openai-responses')!;
  }

  get generation(): Generation {
    return this.#generation();
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** False when one more request would be too many, or the gateway is about to stop. */
  admit(): boolean {
    return !this.#draining && this.#inFlight <= this.generation.loaded.config.limits.inFlight;
  }

  statusOf(dialect: Dialect, fault: Fault, requestId: string): number {
    return errorBody(dialect, fault, requestId).status;
  }

  /**
   * Writes the record of an exchange.
   * @throws Fault `ERR_LEDGER`, `ERR_STORE`: nothing may leave.
   */
  record(draft: ExchangeDraft, ticket: number | null, generation: Generation): Promise<void> {
    const { content, retention } = generation.loaded.config.evidence;
    return this.evidence.record(draft, ticket, content === 'none' ? 0 : retention);
  }

  /** Starts to listen. @returns the URL under which callers reach the gateway. */
  async listen(): Promise<string> {
    const { config, directory } = this.generation.loaded;
    const { listen, limits } = config;
    const options = {
      maxHeaderSize: limits.headers,
      headersTimeout: Math.min(limits.bodyTimeout, 15_000),
      requestTimeout: limits.bodyTimeout + 5000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 2000,
      noDelay: true,
      // Otherwise the second of two `authorization` lines disappears, and an ambiguous request looks clear.
      joinDuplicateHeaders: true,
    };
    const { tls } = listen;
    const server =
      tls === undefined
        ? createServer(options)
        : createTlsServer({
            ...options,
            minVersion: 'TLSv1.2',
            cert: await readFile(resolve(directory, tls.cert)),
            key: await readFile(resolve(directory, tls.key)),
            ...(tls.clientCa === undefined
              ? {}
              : {
                  ca: await readFile(resolve(directory, tls.clientCa)),
                  requestCert: true,
                  rejectUnauthorized: tls.requireClient,
                }),
          });
    this.#server = server;
    server.maxConnections = limits.connections;
    server.on('request', (request, response) => this.#serve(request, response));
    server.on('clientError', refuseConnection);
    await new Promise<void>((done, failed) => {
      server.once('error', (error) => failed(listenFault(error, listen.host, listen.port)));
      server.listen(listen.port, listen.host, 4096, done);
    });
    server.on('error', (error) => this.log.error({ err: error }, "the data plane's server failed"));
    const { port } = server.address() as AddressInfo;
    const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
    return `${tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    this.#inFlight += 1;
    this.metrics.inFlight.set(this.#inFlight);
    if (this.#draining) response.setHeader('connection', 'close');
    void new Passage(this, request, response).run().finally(() => {
      this.#inFlight -= 1;
      this.metrics.inFlight.set(this.#inFlight);
      if (this.#inFlight === 0) this.#idle?.();
    });
  }

  /** Takes no new requests, lets running answers finish for at most `millis`, then closes everything. */
  async drain(millis: number): Promise<void> {
    this.#draining = true;
    const server = this.#server;
    if (server === null) return;
    const closed = new Promise<void>((done) => server.close(() => done()));
    server.closeIdleConnections();
    if (this.#inFlight > 0) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((done) => (this.#idle = done)),
        new Promise<void>((done) => (timer = setTimeout(done, millis))),
      ]);
      clearTimeout(timer);
    }
    server.closeIdleConnections();
    const giveUp = setTimeout(() => server.closeAllConnections(), 500);
    await closed;
    clearTimeout(giveUp);
  }
}

/** What is not HTTP, or hides a second request in one: an answer without a body and the end of the connection. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function listenFault(error: NodeJS.ErrnoException, host: string, port: number): Fault {
  const where = `listen ${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new Fault('ERR_CONFIG', `Another program already listens on ${host}:${port}.`, {
      where,
      hint: 'Stop it, or change listen.port.',
      cause: error,
    });
  }
  return new Fault('ERR_CONFIG', `Cannot listen on ${host}:${port} (${error.code ?? error.message}).`, {
    where,
    cause: error,
  });
}
