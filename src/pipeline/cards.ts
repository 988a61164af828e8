import type { CardState } from '../output/card.js';

/** The cards that stand in for the picture, in the size of the stream: each is drawn once, when it is first needed. */
export class Cards {
  readonly #render: (state: CardState) => Promise<Uint8Array>;
  readonly #onFailure: (text: string) => void;
  /** Cards that were drawn, or are just being. */
  readonly #drawn = new Map<CardState, Promise<Uint8Array>>();
  #current: CardState | null = null;

  /** @param onFailure - called with words for the user when a card cannot be drawn. */
  constructor(render: (state: CardState) => Promise<Uint8Array>, onFailure: (text: string) => void) {
    this.#render = render;
    this.#onFailure = onFailure;
  }

  /** Calls `use` with the card of a state that is new; not at all if another state has come while it was drawn. */
  change(state: CardState, use: (card: Uint8Array) => void): void {
    if (state === this.#current) return;
    this.#current = state;
    this.draw(state, (card) => {
      if (this.#current === state) use(card);
    });
  }

  /** Calls `use` with a card once it is drawn. */
  draw(state: CardState, use: (card: Uint8Array) => void): void {
    let card = this.#drawn.get(state);
    if (!card) {
      card = this.#render(state);
      this.#drawn.set(state, card);
    }
    card.then(use, (error: Error) =>
      this.#onFailure(`the card "${state}" cannot be drawn, a black picture instead: ${error.message}`),
    );
  }
}
