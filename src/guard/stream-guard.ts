import { drive, type Steps } from '../core/drive.ts';
import { Fault } from '../core/fault.ts';
import type { Usage } from '../core/usage.ts';
import type { Delta, FrameView, StreamReader } from '../conversation/surface.ts';
import type { Frame } from '../conversation/sse/split-frames.ts';
import { ChannelScan } from './channel-scan.ts';
import type { DecisionLog } from './decision-log.ts';
import { lookBehindEscapes } from './escaped-arguments.ts';
import { boundFrame, FrameRest } from './frame-rest.ts';
import { type CopyInspection, inspectCopies } from './inspect-copies.ts';
import { inspectText } from './inspect-text.ts';
import { type Redaction, mergeRedactions, redact, toRedaction } from './redaction.ts';
import { restoreEcho } from './restore-echo.ts';
import { Restorer, restoreText, type Restoring } from './restorer.ts';
import { type Rule, reads, readsAnswers } from './rule.ts';
import { type HeldFrame, isDecided, type Piece, renderFrame } from './held-frame.ts';
import { addRedactions, type Channel, isArguments, type Place, rangesIn, tailsOf } from './stream-channel.ts';
import { unknownDeltas } from './unknown-deltas.ts';
import { WindowedScan } from './windowed-scan.ts';

/** Channels that one stream may have; more is not a model's answer. */
const MAX_CHANNELS = 256;

export interface StreamGuardOptions {
  readonly rules: readonly Rule[];
  readonly reader: StreamReader;
  readonly log: DecisionLog;
  /** Bytes that may be held back at once; more is a failed check. */
  readonly maxHeld: number;
  readonly unknownEvents: 'inspect' | 'block';
  /** True: keep every channel's text, for the record of the conversation. */
  readonly keepText: boolean;
  /** Values of this exchange that go back to the client; absent: none. */
  readonly restoring?: Restoring | undefined;
  /** Called when something that was waited for is known, outside of `push`: a `push` of no frames gives what may leave now. */
  readonly wake?: () => void;
}

export interface Released {
  /** Bytes that may leave now, in order: original bytes wherever nothing had to change. */
  readonly chunks: readonly Uint8Array[];
  /** The frame that ends the stream is among them. */
  readonly terminal: boolean;
}

const NOTHING: Released = { chunks: [], terminal: false };

/**
 * Dynamic hold-back: frames of a stream wait until no rule can still find something in the text that they carry,
 * and not a character longer. Frames that nothing touches leave byte for byte; in the others only the text changes.
 * Nothing that an enforced rule forbids ever leaves, however the provider splits it.
 */
export class StreamGuard {
  readonly #rules: readonly Rule[];
  readonly #reader: StreamReader;
  readonly #log: DecisionLog;
  readonly #options: StreamGuardOptions;
  readonly #places = new Map<string, Place>();
  readonly #channels = new Set<Channel>();
  /**
   * A text that has ended with something undecided. A client joins the texts of an answer's blocks, so when the next
   * thing said is another text, that goes on with it.
   */
  #unfinished: Channel | null = null;
  /** The last text of the answer that has ended, where all of its texts are one client's. */
  #textBefore: Channel | null = null;
  readonly #rest: FrameRest;
  readonly #restoring: Restoring | null;
  /** False: nothing is looked at and nothing changes. */
  readonly #guarded: boolean;
  readonly #copying: CopyInspection;
  readonly #gone = new AbortController();
  #queue: HeldFrame[] = [];
  #queuedBytes = 0;
  #usage: Usage | null = null;
  #id: string | null = null;
  #model: string | null = null;
  #error: string | null = null;
  #textBytes = 0;
  #terminalSeen = false;
  #terminalSent = false;
  #dropUsageOnly = false;

  constructor(options: StreamGuardOptions) {
    this.#options = options;
    this.#rules = options.rules.filter(readsAnswers);
    this.#reader = options.reader;
    this.#log = options.log;
    this.#rest = new FrameRest(this.#rules, options.log);
    this.#restoring = (options.restoring?.vault.size ?? 0) === 0 ? null : options.restoring!;
    this.#guarded = this.#rules.length > 0 || this.#restoring !== null;
    this.#copying = {
      rules: this.#rules,
      wholeRules: this.#rules.filter((rule) => !isWindowed(rule)),
      log: options.log,
      restoring: this.#restoring,
      placeOf: (name) => this.#places.get(name),
    };
  }

  get usage(): Usage | null {
    return this.#usage;
  }
  get id(): string | null {
    return this.#id;
  }
  get model(): string | null {
    return this.#model;
  }
  /** What the provider said went wrong, if it did. */
  get providerError(): string | null {
    return this.#error;
  }
  /** UTF-8 bytes of generated text received so far, over all channels. */
  get textBytes(): number {
    return this.#textBytes;
  }
  get terminalSent(): boolean {
    return this.#terminalSent;
  }
  /** True when the provider finished: a terminal frame, or every channel it opened is closed. */
  get complete(): boolean {
    if (this.#terminalSeen) return true;
    if (this.#channels.size === 0) return false;
    for (const channel of this.#channels) if (!channel.ended) return false;
    return true;
  }
  /** Frames that wait. */
  get held(): number {
    return this.#queue.length;
  }
  /** Units of text withheld now, at most over all channels. */
  get heldUnits(): number {
    let most = 0;
    for (const channel of this.#channels) most = Math.max(most, channel.length - channel.decided);
    return most;
  }

  /** The usage chunk was asked for by Parapet, not by the caller: it is read and not passed on. */
  dropUsageOnly(): void {
    this.#dropUsageOnly = true;
  }

  /**
   * Takes frames as they arrive and gives back what may leave.
   * When `log.action` is `block` or `review` afterwards, nothing more may be sent but the stream's end.
   */
  push(frames: readonly Frame[]): Released | Promise<Released> {
    return drive(this.#push(frames));
  }

  *#push(frames: readonly Frame[]): Steps<Released> {
    for (const channel of this.#channels) if (channel.windowed) this.#collect(channel);
    if (this.#stopped) return NOTHING;
    for (const frame of frames) {
      yield* this.#take(frame);
      if (this.#stopped) return NOTHING;
    }
    return this.#release();
  }

  /** The provider's stream is over: everything still held is decided and leaves. */
  finish(): Released | Promise<Released> {
    return drive(this.#finish());
  }

  *#finish(): Steps<Released> {
    yield* this.#closeAll();
    if (this.#stopped) return NOTHING;
    return this.#release();
  }

  /** The stream ends before its time: nobody waits for checks that still run. */
  giveUp(): void {
    this.#gone.abort();
    for (const { scans } of this.#channels) {
      for (const scan of scans) if (scan instanceof WindowedScan) scan.giveUp();
    }
  }

  /** Every channel's text, values back in place, with its redactions, when `keepText` was set. */
  texts(): readonly {
    channel: string;
    kind: string;
    message: number;
    tool: string | undefined;
    original: string;
    redacted: string;
    redactions: readonly Redaction[];
  }[] {
    return [...this.#channels].map((channel) => {
      const { key, kind, message, tool, original } = channel;
      const merged = mergeRedactions(channel.redactions);
      const seen = channel.restored ?? redact(original, channel.restorer?.between(0, channel.length) ?? []);
      const redacted = redact(original, rangesIn(channel, 0, channel.length));
      return { channel: key, kind, message, tool, original: seen, redacted, redactions: merged };
    });
  }

  get #stopped(): boolean {
    return this.#log.action === 'block' || this.#log.action === 'review';
  }

  *#take(frame: Frame): Steps<void> {
    const event = frame.event;
    const guarded = this.#guarded;
    if (!frame.valid && guarded) {
      // What is read here and what a client makes of such bytes need not be the same.
      throw new Fault('ERR_UPSTREAM_INVALID', 'The provider sent a stream event that is not UTF-8.');
    }
    const bare = guarded && !(yield* this.#rest.admits(frame.rest, event?.event ?? ''));
    if (event === null) {
      this.#enqueue({ frame, view: COMMENT, pieces: [], ends: [], edits: [], bare });
      return;
    }
    const members = guarded ? boundFrame(event) : null;
    let view = this.#reader.read(event);
    this.#usage = view.usage ?? this.#usage;
    this.#id ??= view.id;
    this.#model ??= view.model;
    this.#error ??= view.error;
    if (view.terminal) this.#terminalSeen = true;
    if (view.usageOnly && this.#dropUsageOnly) return;

    if (!view.known && guarded) {
      if (this.#options.unknownEvents === 'block') {
        throw new Fault('ERR_UPSTREAM_INVALID', 'The provider sent a stream event of an unknown kind.', {
          where: event.event === '' ? 'data' : `event ${event.event.slice(0, 64)}`,
          hint: 'Set guard.unknownEvents to "inspect" to let such events pass after inspection.',
        });
      }
      view = { ...view, deltas: unknownDeltas(event) };
    }

    const pieces: Piece[] = [];
    for (const delta of view.deltas) {
      const place = yield* this.#placeOf(delta);
      const { channel } = place;
      const start = channel.length;
      channel.length += delta.text.length;
      place.end = channel.length;
      this.#textBytes += Buffer.byteLength(delta.text, 'utf8');
      if (this.#options.keepText || channel.windowed || isArguments(channel)) channel.original += delta.text;
      pieces.push({ channel, start, end: channel.length, path: delta.path, text: delta.text, own: [] });
      yield* this.#scan(channel, delta.text, false);
    }
    const ends: Channel[] = [];
    for (const key of view.closes) {
      const channel = this.#places.get(key)?.channel;
      if (channel === undefined) continue;
      channel.ended = true;
      ends.push(channel);
      if (channel.kind === 'text' && view.lane === null) this.#textBefore = channel;
      const goesOn = channel.kind === 'text' && view.lane === null && channel.decided < channel.length;
      if (goesOn && !view.terminal) this.#unfinished = channel;
      else yield* this.#close(channel);
    }
    if (view.terminal) yield* this.#closeAll();
    const edits = view.copies.length > 0 && guarded ? yield* inspectCopies(view.copies, pieces, this.#copying) : [];
    const rest = guarded ? yield* this.#rest.inspect(event, view, members) : [];
    const echo = this.#restoring === null ? [] : restoreEcho(this.#restoring, responseIn(view), ['response']);
    this.#enqueue({ frame, view, pieces, ends, edits: [...edits, ...rest, ...echo], bare });
  }

  *#placeOf(delta: Delta): Steps<Place> {
    const known = this.#places.get(delta.channel);
    const unfinished = this.#unfinished;
    if (unfinished !== null && unfinished !== known?.channel) {
      this.#unfinished = null;
      if (known === undefined && delta.kind === 'text') {
        if (this.#places.size >= MAX_CHANNELS) throw tooMany();
        unfinished.ended = false;
        const place = { channel: unfinished, start: unfinished.length, end: unfinished.length };
        this.#places.set(delta.channel, place);
        return place;
      }
      yield* this.#close(unfinished);
    }
    if (known !== undefined) return known;
    if (this.#places.size >= MAX_CHANNELS) throw tooMany();
    const place = { channel: this.#channel(delta), start: 0, end: 0 };
    this.#places.set(delta.channel, place);
    return place;
  }

  #channel(delta: Delta): Channel {
    const subject = {
      stage: 'output' as const,
      role: 'assistant',
      origin: 'model',
      kind: delta.kind,
      ...(delta.tool === undefined ? {} : { tool: delta.tool }),
      ...(delta.message < 0 ? { beside: true as const } : {}),
    };
    const place = { segment: delta.channel, role: 'assistant', origin: 'model' };
    const before = this.#tailsBefore(delta);
    const channel: Channel = {
      key: delta.channel,
      kind: delta.kind,
      message: delta.message,
      tool: delta.tool,
      subject,
      scans: this.#rules
        .filter((rule) => reads(rule, 'output', subject))
        .map((rule) =>
          isWindowed(rule) && delta.kind !== 'tool-arguments'
            ? new WindowedScan(rule, this.#log, subject, place, { wake: this.#wake, signal: this.#gone.signal })
            : new ChannelScan(rule, this.#log, subject, place, before?.get(rule)),
        ),
      windowed:
        delta.kind !== 'tool-arguments' &&
        this.#rules.some((rule) => isWindowed(rule) && reads(rule, 'output', subject)),
      length: 0,
      decided: 0,
      redactions: [],
      restorer: this.#restoring === null ? null : new Restorer(this.#restoring),
      restored: null,
      redacted: false,
      closed: false,
      ended: false,
      original: '',
    };
    this.#channels.add(channel);
    return channel;
  }

  /**
   * Ends, by rule, of the text that a new channel goes on with: of the one that had its place, or, for a text, of the text
   * before it, with which a client joins it. That has ended and left; what is found over the border loses its rest.
   */
  #tailsBefore({ channel, kind, message }: Delta): ReadonlyMap<Rule, string> | undefined {
    const [, place, generation] = /^(.*)#(\d+)$/s.exec(channel) ?? [];
    const former = generation === undefined ? undefined : Number(generation) - 1;
    const last = former === undefined ? null : this.#places.get(former === 1 ? place! : `${place}#${former}`)?.channel;
    if (last?.kind === kind) return tailsOf(last);
    return kind === 'text' && message >= 0 && this.#textBefore !== null ? tailsOf(this.#textBefore) : undefined;
  }

  readonly #wake = (): void => this.#options.wake?.();

  *#scan(channel: Channel, text: string, final: boolean): Steps<void> {
    const { restorer } = channel;
    let seen = text;
    if (restorer !== null) {
      if (isArguments(channel)) {
        // Whole, so that values can be written as JSON writes them, and judged as the tool will read them.
        if (!final) return;
        seen = channel.restored = restoreText(this.#restoring!, 'tool-arguments', channel.original);
      } else {
        seen = restorer.push(text, final);
        if (restorer.changed) channel.redacted = true;
      }
    }
    for (const scan of channel.scans) addRedactions(channel, yield* scan.push(seen, final));
    this.#decide(channel);
  }

  #decide(channel: Channel): void {
    if (isArguments(channel)) {
      // No client acts on half of a tool call's arguments, and whole they can be read as the tool will read them.
      const waits = channel.restorer !== null || channel.scans.some(({ rule }) => rule.mode === 'enforce');
      channel.decided = waits && !channel.closed ? 0 : channel.length;
      return;
    }
    const { restorer } = channel;
    let decided = restorer?.decided ?? channel.length;
    for (const { rule, decided: own } of channel.scans) {
      if (rule.mode !== 'enforce') continue;
      decided = Math.min(decided, restorer?.toModel(own, 'start') ?? own);
    }
    channel.decided = decided;
  }

  /** What checks beside the stream have come to since. */
  #collect(channel: Channel): void {
    for (const scan of channel.scans) if (scan instanceof WindowedScan) addRedactions(channel, scan.collect());
    this.#decide(channel);
  }

  /** Everything that was said is decided: closes all channels and waits for the checks beside the stream. */
  *#closeAll(): Steps<void> {
    for (const channel of this.#channels) yield* this.#close(channel);
    for (const channel of this.#channels) {
      if (!channel.windowed) continue;
      for (const scan of channel.scans) if (scan instanceof WindowedScan) addRedactions(channel, yield* scan.settle());
      this.#decide(channel);
    }
  }

  *#close(channel: Channel): Steps<void> {
    if (channel.closed) return;
    channel.closed = true;
    yield* this.#scan(channel, '', true);
    if (!isArguments(channel) || !this.#guarded) return;
    const whole = channel.restored ?? channel.original;
    for (const { rule } of channel.scans) yield* this.#lookBehindEscapes(rule, channel, whole);
    if (whole === channel.original) return;
    channel.redactions = [{ start: 0, end: channel.length, placeholder: redact(whole, channel.redactions) }];
    channel.redacted = true;
  }

  *#lookBehindEscapes(rule: Rule, channel: Channel, text: string): Steps<void> {
    const seen = this.#log.marks('output', channel.key);
    const outcome = yield* lookBehindEscapes(rule, text, channel.subject, inspectText, seen);
    if (outcome.status === 'clean') return;
    this.#log.outcome(rule, 'output', outcome, { segment: channel.key, role: 'assistant', origin: 'model' });
    if (outcome.status !== 'found' || rule.mode !== 'enforce' || rule.action !== 'redact') return;
    const forbidden = outcome.findings.filter(({ allowed }) => allowed === undefined);
    addRedactions(
      channel,
      forbidden.map((finding) => toRedaction(finding)),
    );
  }

  #enqueue(queued: HeldFrame): void {
    this.#queue.push(queued);
    this.#queuedBytes += queued.frame.bytes.length;
  }

  #release(): Released {
    const queue = this.#queue;
    if (queue.length === 0) return NOTHING;
    const chunks: Uint8Array[] = [];
    let terminal = false;
    let kept: HeldFrame[] | null = null;
    let heldLanes: Set<string> | null = null;
    let barrier = false;
    for (let index = 0; index < queue.length; index += 1) {
      const queued = queue[index]!;
      const { lane } = queued.view;
      const waits = barrier || (heldLanes !== null && (lane === null || heldLanes.has(lane))) || !isDecided(queued);
      if (waits) {
        kept ??= [];
        kept.push(queued);
        if (lane === null) barrier = true;
        else (heldLanes ??= new Set()).add(lane);
        continue;
      }
      const { bytes, event } = renderFrame(queued, (name) => this.#places.get(name)?.channel);
      this.#queuedBytes -= queued.frame.bytes.length;
      if (event !== null) this.#reader.sent(event);
      if (queued.view.terminal) {
        terminal = true;
        this.#terminalSent = true;
      }
      chunks.push(bytes);
    }
    this.#queue = kept ?? [];
    if (this.#queuedBytes > this.#options.maxHeld) {
      throw new Fault(
        'ERR_CHECK_FAILED',
        `More than ${this.#options.maxHeld} bytes of the answer would have to be held back.`,
        {
          hint: 'Raise guard.maxHeld, or use detectors that can follow a stream.',
        },
      );
    }
    return { chunks, terminal };
  }
}

/** Rules of slow detectors that need not have the whole of a text to let some of it go. */
function isWindowed({ inspector, release }: Rule): boolean {
  return inspector.streaming === undefined && (release === 'lag' || release === 'immediate');
}

function tooMany(): Fault {
  return new Fault('ERR_UPSTREAM_INVALID', `The provider's stream has more than ${MAX_CHANNELS} channels.`);
}

/** The response object that an event of the Responses API carries. */
function responseIn({ data }: FrameView): unknown {
  return (data as { response?: unknown } | undefined)?.response;
}

const COMMENT: FrameView = {
  known: true,
  deltas: [],
  copies: [],
  closes: [],
  lane: null,
  usage: null,
  id: null,
  model: null,
  usageOnly: false,
  terminal: false,
  error: null,
  shadows: [],
};
