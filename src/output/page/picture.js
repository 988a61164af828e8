// The live picture: decodes each JPEG, draws it, and only then asks for the next.

/** Draws pictures on the canvas and keeps count of them. */
export class Picture {
  #canvas;
  #context;
  #acknowledge;
  #newest = -1;
  /** Counts connections: a picture of an older one may finish decoding late. */
  #connection = 0;
  /** Pictures that came while the page was hidden: acknowledged when it shows again, so that none are made for nobody. */
  #held = [];
  #drawnAt = [];
  #ageMs = null;

  /** @param {HTMLCanvasElement} canvas @param {(number: number) => void} acknowledge */
  constructor(canvas, acknowledge) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false, desynchronized: true });
    this.#acknowledge = acknowledge;
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return;
      for (const number of this.#held.splice(0)) acknowledge(number);
    });
  }

  /** Forgets the connection's count: after a reconnection the numbers start anew. */
  restart() {
    this.#connection++;
    this.#newest = -1;
    this.#held = [];
  }

  /** @returns {Promise<boolean>} whether the picture was drawn */
  async show({ number, takenAtMs, jpeg }) {
    if (document.hidden) {
      this.#held.push(number);
      return false;
    }
    const connection = this.#connection;
    let isDrawn = false;
    try {
      const bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
      // Two may be decoded at once, and the older finish last.
      isDrawn = connection === this.#connection && number > this.#newest;
      if (isDrawn) this.#draw(bitmap, number, takenAtMs);
      bitmap.close();
    } catch (error) {
      console.warn(`picture ${number} could not be shown`, error); // the next one may be better
    }
    this.#acknowledge(number);
    return isDrawn;
  }

  /** Pictures drawn in the last second, and the age of the newest when it was drawn, in milliseconds. */
  get statistics() {
    const since = performance.now() - 1000;
    while (this.#drawnAt.length > 0 && this.#drawnAt[0] < since) this.#drawnAt.shift();
    return { fps: this.#drawnAt.length, ageMs: this.#drawnAt.length > 0 ? this.#ageMs : null };
  }

  #draw(bitmap, number, takenAtMs) {
    if (this.#canvas.width !== bitmap.width || this.#canvas.height !== bitmap.height) {
      this.#canvas.width = bitmap.width;
      this.#canvas.height = bitmap.height;
    }
    this.#context.drawImage(bitmap, 0, 0);
    this.#newest = number;
    this.#drawnAt.push(performance.now());
    const ageMs = performance.timeOrigin + performance.now() - takenAtMs;
    // A running mean over about ten pictures: a number that can be read.
    this.#ageMs = this.#ageMs === null ? ageMs : this.#ageMs + (ageMs - this.#ageMs) / 10;
  }
}
