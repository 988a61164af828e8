/** The cards that stand in for the picture, in the size of the stream: each is drawn once, when it is first needed. */
export class Cards<State> {
  readonly #render: (state: State) => Promise<Uint8Array>;
  readonly #nameOf: (state: State) => string;
  readonly #onFailure: (text: string) => void;
  /** Cards that were drawn, or are just being. */
  readonly #drawn = new Map<string, Promise<Uint8Array>>();
  #current: string | null = null;

  /**
   * @param nameOf - what tells one state from another. @param onFailure - called with words for the user when a card cannot
   * be drawn.
   */
  constructor(
    render: (state: State) => Promise<Uint8Array>,
    nameOf: (state: State) => string,
    onFailure: (text: string) => void,
  ) {
    this.#render = render;
    this.#nameOf = nameOf;
    this.#onFailure = onFailure;
  }

  /** Calls `use` with the card of a state that is new; not at all if another state has come while it was drawn. */
  change(state: State, use: (card: Uint8Array) => void): void {
    const name = this.#nameOf(state);
    if (name === this.#current) return;
    this.#current = name;
    this.draw(state, (card) => {
      if (this.#current === name) use(card);
    });
  }

  /** Calls `use` with a card once it is drawn. */
  draw(state: State, use: (card: Uint8Array) => void): void {
    const name = this.#nameOf(state);
    let card = this.#drawn.get(name);
    if (!card) {
      card = this.#render(state);
      this.#drawn.set(name, card);
    }
    card.then(use, (error: Error) =>
      this.#onFailure(`the card "${name}" cannot be drawn, a black picture instead: ${error.message}`),
    );
  }
}
