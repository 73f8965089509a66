import type { FrameView } from './surface.ts';

/**
 * The channels of one stream. A channel that has been closed is never used again: when a provider goes on with its text,
 * that goes to a new channel (`0/text#2`), so that what was decided about the first one stays decided.
 */
export class ChannelNames {
  /** Number of channels that each place has had. */
  readonly #generation = new Map<string, number>();
  readonly #open = new Set<string>();

  /** The channel of a place (`0/text`, `2/arguments`) as it is now, open or not. */
  at(place: string): string {
    const generation = this.#generation.get(place) ?? 1;
    return generation === 1 ? place : `${place}#${generation}`;
  }

  /** The open channel of a place. */
  open(place: string): string {
    if (!this.#open.has(place)) {
      this.#generation.set(place, (this.#generation.get(place) ?? 0) + 1);
      this.#open.add(place);
    }
    return this.at(place);
  }

  /** Closes the channel of a place: its name, or nothing when it is not open. */
  close(place: string): string[] {
    return this.#open.delete(place) ? [this.at(place)] : [];
  }

  /** Places with an open channel; with a prefix, those below it. */
  places(prefix = ''): string[] {
    return [...this.#open].filter((place) => place.startsWith(prefix));
  }

  /** A view whose channels are places, with the names of the channels: first what is said, then what ends. */
  name(view: FrameView): FrameView {
    const { deltas, copies, shadows, closes } = view;
    if (deltas.length + copies.length + shadows.length + closes.length === 0) return view;
    return {
      ...view,
      deltas: deltas.map((delta) => ({ ...delta, channel: this.open(delta.channel) })),
      copies: copies.map((copy) => ({ ...copy, channel: this.at(copy.channel) })),
      shadows: shadows.map((shadow) => ({ ...shadow, channel: this.at(shadow.channel) })),
      closes: closes.flatMap((place) => this.close(place)),
    };
  }
}
