import { admitEntries, refusalOf } from './admit-entries.ts';
import { admitTools } from './admit-tools.ts';
import { digestOrNull } from './digest.ts';
import { withoutInjected } from '../flow/scope/scope-call.ts';
import { inspectOffer, type OfferContext } from './inspect-offer.ts';
import type { EntryKind, Pins } from './pins.ts';
import { isObject, type JsonObject } from './rpc-message.ts';
import type { SessionParts } from './session-parts.ts';
import { flowTool, type ToolDefinition } from './tool-definition.ts';

/** How long a listing is believed when the server does not say. */
const LISTING_HOLDS = 10 * 60_000;

/** What a server offers, and what of it a client gets to see. */
export class OfferGate<Way> {
  readonly #parts: SessionParts<Way>;
  readonly #known = new Map<string, ToolDefinition>();
  #knownUntil = 0;
  /** Nothing was ever pinned of this server. */
  readonly #first: boolean;
  /** Kinds of entries of which a listing that is going on is the first. */
  readonly #firstListing = new Set<EntryKind>();
  /** Why nothing of the server is shown; null when it is the one that was approved. */
  #stranger: string | null = null;

  /** @throws Fault `ERR_STORE` when the pins cannot be used. */
  constructor(parts: SessionParts<Way>) {
    this.#parts = parts;
    const { server, launch, pins } = parts;
    const before = pins.read(server);
    this.#first = before === null || (Object.keys(before.tools).length === 0 && Object.keys(before.held).length === 0);
    if (before !== null && before.launch.digest !== '' && before.launch.digest !== launch.digest)
      this.#turnAway('is started or reached in another way than the one that was approved');
  }

  /** Why nothing of this server may be used, or null. */
  get stranger(): string | null {
    return this.#stranger;
  }

  /** The definition that was admitted, while the listing that it came from holds. */
  tool(name: string): ToolDefinition | null {
    return this.#parts.clock() < this.#knownUntil ? (this.#known.get(name) ?? null) : null;
  }

  get listingHolds(): boolean {
    return this.#parts.clock() < this.#knownUntil;
  }

  /** A new listing begins: what is no longer in it may no longer be called. */
  forget(): void {
    this.#known.clear();
    this.#knownUntil = 0;
  }

  /** The tools of a page that may be shown. */
  tools(result: JsonObject): JsonObject {
    const { server, pins, config, clock, note, principal, settings } = this.#parts;
    const listed = Array.isArray(result['tools']) ? result['tools'] : [];
    const own = this.#pins();
    if (this.#stranger !== null) return { ...result, tools: [] };
    const room = Math.max(0, config.limits.tools - this.#known.size);
    const now = new Date(clock()).toISOString();
    const admission = admitTools(listed.slice(0, room), {
      store: pins,
      server,
      pins: own,
      firstUse: config.firstUse,
      first: this.#first,
      longest: config.limits.definition,
      now,
    });
    if (admission.pins !== null) pins.write(admission.pins);
    for (const { tool, why, findings } of admission.held) {
      const rules = [...new Set(findings.map(({ rule }) => rule))];
      this.#record('held', { kind: 'tool', name: tool.name.slice(0, 128), why, rules, digest: tool.digest });
      if (admission.pins?.held[tool.name]?.digest === tool.digest)
        note(
          `${server}: a tool is not shown (${why}${rules.length === 0 ? '' : `: ${rules.join(', ')}`}). See: parapet mcp diff ${server}`,
        );
    }
    for (const tool of admission.admitted) this.#known.set(tool.name, tool);
    const ttl = typeof result['ttlMs'] === 'number' && result['ttlMs'] > 0 ? result['ttlMs'] : LISTING_HOLDS;
    this.#knownUntil = clock() + Math.min(ttl, LISTING_HOLDS);
    principal.flow.offer(admission.admitted.map(flowTool), settings.trust);
    const shown = admission.admitted.map((tool) => this.#shown(tool));
    const same = shown.length === listed.length && shown.every((value, at) => value === listed[at]);
    return this.#private(same ? result : { ...result, tools: shown });
  }

  /** A tool as the model sees it: without arguments that are not the model's to give. */
  #shown({ name, value }: ToolDefinition): JsonObject {
    const scopes = this.#parts.rules?.scopes(name) ?? [];
    const inputSchema = withoutInjected(value['inputSchema'], scopes);
    return inputSchema === value['inputSchema'] ? value : { ...value, inputSchema };
  }

  /** The prompts, resources or templates of a page that may be shown. @param cursor undefined for the first page. */
  entries(result: JsonObject, kind: EntryKind, cursor: unknown): JsonObject {
    const { server, pins, config, clock, note } = this.#parts;
    const listed = Array.isArray(result[kind]) ? result[kind] : [];
    if (this.#stranger !== null) return { ...result, [kind]: [] };
    const now = new Date(clock()).toISOString();
    const own = this.#pins();
    // The pages of one listing are one contact.
    if (cursor === undefined && own.entries[kind] === undefined) this.#firstListing.add(kind);
    else if (cursor === undefined) this.#firstListing.delete(kind);
    const first = this.#firstListing.has(kind);
    const context = { ...this.#context(), pins: own, firstUse: config.firstUse, first, now };
    const admission = admitEntries(listed, kind, context);
    if (admission.pins !== null) pins.write(admission.pins);
    for (const { key, digest, why, findings, news } of admission.held) {
      const rules = [...new Set(findings.map(({ rule }) => rule))];
      this.#record('held', { kind, name: key.slice(0, 128), why, rules, digest });
      if (news)
        note(
          `${server}: an entry of ${kind} is not shown (${why}${rules.length === 0 ? '' : `: ${rules.join(', ')}`}). See: parapet mcp diff ${server}`,
        );
    }
    const same = admission.admitted.length === listed.length;
    return this.#private(same ? result : { ...result, [kind]: admission.admitted });
  }

  /** Why a prompt or a resource may not be used, or null. */
  refusal(kind: EntryKind, key: unknown): string | null {
    return refusalOf(this.#parts.pins.read(this.#parts.server), kind, key);
  }

  /** What the server says when the connection is made: who it is, and what it tells the model about itself. */
  greeting(result: JsonObject): JsonObject {
    const { server, pins, config, settings, note } = this.#parts;
    const own = this.#pins();
    const name = nameOf(result);
    if (this.#stranger === null && own.name !== null && name !== null && own.name !== name)
      this.#turnAway('calls itself another name than the one that was approved');
    let next: Pins = own.name === null && name !== null ? { ...own, name } : own;
    if (next.launch.digest === '') next = { ...next, launch: { ...this.#parts.launch } };
    const { instructions } = result;
    let shown = result;
    const without = (): JsonObject => {
      const { instructions: _, ...rest } = result;
      return rest;
    };
    if (instructions !== undefined) {
      const digest = digestOrNull(instructions);
      if (!settings.instructions || this.#stranger !== null || typeof instructions !== 'string' || digest === null)
        shown = without();
      else if (own.instructions?.digest !== digest) {
        const found = inspectOffer({ instructions }, this.#context());
        const rules = [...new Set(found.map(({ rule }) => rule))];
        if (this.#first && own.instructions === null && found.length === 0 && config.firstUse === 'check')
          next = { ...next, instructions: { digest, text: instructions } };
        else {
          shown = without();
          const why = rules.length > 0 ? rules.join(', ') : own.instructions === null ? 'new' : 'changed';
          if (own.heldInstructions?.digest !== digest) {
            next = { ...next, heldInstructions: { digest, text: instructions, why } };
            note(`${server}: its instructions are not passed on (${why}). See: parapet mcp diff ${server}`);
          }
          this.#record('held', { kind: 'instructions', why, digest });
        }
      }
    }
    if (next !== own) pins.write(next);
    return this.#private(shown);
  }

  #pins(): Pins {
    const { server, pins, launch } = this.#parts;
    return (
      pins.read(server) ?? {
        v: 1,
        server,
        launch: { ...launch },
        name: null,
        instructions: null,
        heldInstructions: null,
        tools: {},
        held: {},
        entries: {},
      }
    );
  }

  #context(): OfferContext {
    const { pins, server, config } = this.#parts;
    return { foreign: pins.foreign(server), longest: config.limits.definition };
  }

  /** What a client keeps of this is for the one who asked (`cacheScope`, MCP 2026-07-28). */
  #private(result: JsonObject): JsonObject {
    return result['cacheScope'] === 'public' ? { ...result, cacheScope: 'private' } : result;
  }

  #turnAway(why: string): void {
    const { server, note } = this.#parts;
    this.#stranger = `The server "${server}" ${why}.`;
    note(`${this.#stranger} Nothing of it is shown until: parapet mcp approve ${server} --identity`);
    this.#record('identity', { why });
  }

  #record(event: 'held' | 'identity', detail: Readonly<Record<string, unknown>>): void {
    const { audit, server, principal, id, note } = this.#parts;
    const write = async (): Promise<void> =>
      audit.record({ event, server, principal: principal.id, session: id, detail });
    write().catch(() => note(`${server}: the record cannot be written.`));
  }
}

function nameOf(result: JsonObject): string | null {
  const meta = result['_meta'];
  const info = result['serverInfo'] ?? (isObject(meta) ? meta['io.modelcontextprotocol/serverInfo'] : undefined);
  return isObject(info) && typeof info['name'] === 'string' ? info['name'].slice(0, 256) : null;
}
