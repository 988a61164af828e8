import { readFrameNumber } from '../../../../dist/capture/frame-number.js';
import { i420Layout } from '../../../../dist/frame/i420.js';
import { renderCard } from '../../../../dist/output/card.js';
import { isInTime } from './figures.mjs';
import { FrameReader } from './frame-reader.mjs';
import { lumaOf } from './vivid-counter.mjs';
import { nowMs, until } from './waiting.mjs';

/**
 * @typedef {object} Seen - one frame that a viewer got
 * @property {'live' | 'card' | 'torn' | 'black' | 'other' | 'overtaken'} kind - `overtaken`: more than one picture, but
 *   it was read so late that the driver had begun to write over it
 * @property {number | null} number - of a live frame: as drawn into it by the fake webcam or by vivid
 * @property {string | null} card - what the card says
 * @property {number} sequence - the driver's count
 * @property {number} writtenMs - when mien wrote it
 * @property {number} gotMs - when the viewer had it
 */

const CARDS = ['starting', 'camera unplugged', 'camera busy', 'no picture'];
/** Mean difference of luma under which two pictures are the same. */
const SAME = 0.5;
const BLACK = 16;

/** What a viewer needs to know to tell pictures apart. */
export class PictureReader {
  #size;
  #layout;
  #cards;
  #counter;
  #luma;

  /**
   * Draws the cards to compare with.
   *
   * @param {{ width: number, height: number }} size
   * @param {import('./vivid-counter.mjs').VividCounter | null} counter - where vivid is the camera
   */
  static async make(size, counter = null) {
    const layout = i420Layout(size.width, size.height);
    const cards = new Map();
    for (const state of CARDS) {
      const card = await renderCard(layout, { title: 'mien', state });
      cards.set(state, card.slice(0, size.width * size.height));
    }
    return new PictureReader(size, layout, cards, counter);
  }

  constructor(size, layout, cards, counter) {
    this.#size = size;
    this.#layout = layout;
    this.#cards = cards;
    this.#counter = counter;
    this.#luma = new Uint8Array(size.width * size.height);
  }

  get size() {
    return this.#size;
  }

  /** @param {Uint8Array} yuyv */
  read(yuyv) {
    const luma = lumaOf(yuyv, this.#luma);
    const { top, bottom } = readFrameNumber(luma, this.#layout);
    if (top !== null && top === bottom) return { kind: 'live', number: top, card: null };
    if (top !== null || bottom !== null) return { kind: 'torn', number: null, card: null, parts: [top, bottom] };
    const counted = this.#counter?.read(luma, this.#size) ?? null;
    if (counted !== null) {
      const isWhole = this.#counter.isWhole(luma, this.#size);
      return { kind: isWhole ? 'live' : 'torn', number: isWhole ? counted : null, card: null };
    }
    for (const [state, card] of this.#cards) {
      if (difference(luma, card) < SAME) return { kind: 'card', number: null, card: state };
    }
    return { kind: luma.every((value) => value === BLACK) ? 'black' : 'other', number: null, card: null };
  }
}

/** A program that watches the virtual camera, and remembers every frame that it was shown. */
export class Viewer {
  /** @type {Seen[]} */
  seen = [];
  #reader;

  /** @param {PictureReader} pictures */
  constructor(pictures) {
    this.#reader = new FrameReader('/dev/video10', {
      ...pictures.size,
      onFrame: ({ data, sequence, stampMs, gotMs }) => {
        const picture = pictures.read(data);
        const frame = { ...picture, sequence, writtenMs: stampMs, gotMs };
        const isMixed = frame.kind === 'torn' || frame.kind === 'other';
        if (isMixed && (!isInTime(frame) || isOvertakenBefore(picture))) frame.kind = 'overtaken';
        this.seen.push(frame);
      },
    });
  }

  get child() {
    return this.#reader.child;
  }

  get last() {
    return this.seen.at(-1);
  }

  get errors() {
    return this.#reader.errors;
  }

  /** Forgets what it has seen, for long runs. */
  forget() {
    this.seen = [];
  }

  /** The frames written since a moment. */
  since(ms) {
    return this.seen.filter(({ writtenMs }) => writtenMs >= ms);
  }

  /**
   * Waits until `find` finds a frame among those written since a moment.
   *
   * @param {string} what
   * @param {(seen: Seen[]) => Seen | undefined} find
   * @returns {Promise<Seen>}
   */
  async waitFor(what, find, { sinceMs = nowMs(), limitMs = 60_000 } = {}) {
    try {
      return await until(what, () => find(this.since(sinceMs)), { limitMs, everyMs: 50 });
    } catch (error) {
      throw new Error(`${error.message}; last seen: ${JSON.stringify(this.last)}; ${this.errors.trim().slice(-300)}`);
    }
  }

  waitForLive(options) {
    return this.waitFor('the picture is live', (seen) => seen.find(({ kind }) => kind === 'live'), options);
  }

  /** The picture moves: the first of five live frames in a row with at least three numbers, for some may be repeated. */
  waitForMotion(options) {
    const isMoving = (numbers) => numbers.length === 5 && !numbers.includes(null) && new Set(numbers).size >= 3;
    const find = (seen) => seen.find((_, at) => isMoving(seen.slice(at, at + 5).map(({ number }) => number)));
    return this.waitFor('the picture moves', find, options);
  }

  waitForCard(card, options) {
    return this.waitFor(`the card "${card}" is shown`, (seen) => seen.find((frame) => frame.card === card), options);
  }

  async stop(signal = 'SIGTERM') {
    await this.#reader.kill(signal);
  }
}

/**
 * The fake webcam is a v4l2loopback device too, which may write over a picture before mien has read it: what is mixed
 * then are not neighbours.
 */
function isOvertakenBefore({ parts }) {
  return parts !== undefined && (parts.includes(null) || Math.abs(parts[0] - parts[1]) > 1);
}

function difference(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}
