import { ChannelNames } from '../channel-names.ts';

/** The channels of one choice of a chat stream, by slot: `text`, `reasoning_content`, `tool/1/arguments`. */
export class ChoiceChannels {
  readonly #index: number;
  readonly #channels = new ChannelNames();
  readonly #reasoning = new Set<string>();
  readonly #names = new Map<string, string>();
  #tool: string | null = null;

  constructor(index: number) {
    this.#index = index;
  }

  /** The channel of a slot as it is now, open or not. */
  key(slot: string): string {
    return this.#channels.at(`${this.#index}/${slot}`);
  }

  /** The open channel of a slot. */
  open(slot: string): string {
    return this.#channels.open(`${this.#index}/${slot}`);
  }

  openReasoning(slot: string): string {
    this.#reasoning.add(slot);
    return this.open(slot);
  }

  close(slot: string): string[] {
    return this.#channels.close(`${this.#index}/${slot}`);
  }

  /** The answer itself has begun: what was thought before it is complete. */
  closeReasoning(): string[] {
    if (this.#reasoning.size === 0) return [];
    const closed = [...this.#reasoning].flatMap((slot) => this.close(slot));
    this.#reasoning.clear();
    return closed;
  }

  closeAll(): string[] {
    this.#reasoning.clear();
    return this.#channels.places().flatMap((place) => this.#channels.close(place));
  }

  /** Deltas of one tool call begin: the call before it is complete. */
  enterTool(slot: string): string[] {
    if (this.#tool === slot) return [];
    const former = this.#tool;
    this.#tool = slot;
    return former === null ? [] : [...this.close(`${former}/name`), ...this.close(`${former}/arguments`)];
  }

  /** Adds a piece of a tool's name and returns what is known of it. */
  nameTool(slot: string, piece: string): string {
    const name = (this.#names.get(slot) ?? '') + piece;
    this.#names.set(slot, name);
    return name;
  }

  toolName(slot: string): string | undefined {
    return this.#names.get(slot);
  }
}
