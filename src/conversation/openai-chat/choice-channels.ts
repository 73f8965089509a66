/**
 * The channels of one choice of a chat stream. A channel that has been closed is never used again: when its kind of
 * text comes once more, it goes to a new channel (`0/reasoning_content#2`).
 */
export class ChoiceChannels {
  readonly #index: number;
  /** Number of channels that each slot has had. */
  readonly #generation = new Map<string, number>();
  readonly #open = new Set<string>();
  readonly #reasoning = new Set<string>();
  readonly #names = new Map<string, string>();
  #tool: string | null = null;

  constructor(index: number) {
    this.#index = index;
  }

  /** The channel of a slot (`text`, `tool/1/arguments`) as it is now, open or not. */
  key(slot: string): string {
    const generation = this.#generation.get(slot) ?? 1;
    return generation === 1 ? `${this.#index}/${slot}` : `${this.#index}/${slot}#${generation}`;
  }

  /** The open channel of a slot. */
  open(slot: string): string {
    if (!this.#open.has(slot)) {
      if (!this.#generation.has(slot)) this.#generation.set(slot, 1);
      else this.#generation.set(slot, this.#generation.get(slot)! + 1);
      this.#open.add(slot);
    }
    return this.key(slot);
  }

  openReasoning(slot: string): string {
    this.#reasoning.add(slot);
    return this.open(slot);
  }

  close(slot: string): string[] {
    return this.#open.delete(slot) ? [this.key(slot)] : [];
  }

  /** The answer itself has begun: what was thought before it is complete. */
  closeReasoning(): string[] {
    if (this.#reasoning.size === 0) return [];
    const closed = [...this.#reasoning].flatMap((slot) => this.close(slot));
    this.#reasoning.clear();
    return closed;
  }

  closeAll(): string[] {
    const closed = [...this.#open].map((slot) => this.key(slot));
    this.#open.clear();
    this.#reasoning.clear();
    return closed;
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
