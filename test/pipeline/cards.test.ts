import { expect, test } from 'vitest';
import type { CardState } from '../../src/output/card.js';
import { Cards } from '../../src/pipeline/cards.js';

/** Cards that are drawn when the test says so. */
function setUp() {
  const drawn: CardState[] = [];
  const failures: string[] = [];
  const finish = new Map<CardState, { resolve: (card: Uint8Array) => void; reject: (error: Error) => void }>();
  const cards = new Cards<CardState>(
    (state) => {
      drawn.push(state);
      return new Promise((resolve, reject) => finish.set(state, { resolve, reject }));
    },
    (state) => state,
    (text) => failures.push(text),
  );
  const used: number[] = [];
  const use = (card: Uint8Array) => used.push(card[0]!);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { cards, drawn, failures, finish, used, use, turn };
}

test('a card is drawn once, and given again whenever its state comes back', async () => {
  const { cards, drawn, finish, used, use, turn } = setUp();
  cards.change('starting', use);
  cards.change('starting', use);
  finish.get('starting')!.resolve(Uint8Array.of(1));
  await turn();
  cards.change('paused', use);
  finish.get('paused')!.resolve(Uint8Array.of(2));
  await turn();
  cards.change('starting', use);
  await turn();
  expect(used).toEqual([1, 2, 1]);
  expect(drawn).toEqual(['starting', 'paused']);
});

test('a card that is finished too late is not given', async () => {
  const { cards, finish, used, use, turn } = setUp();
  cards.change('camera unplugged', use);
  cards.change('starting', use);
  finish.get('starting')!.resolve(Uint8Array.of(2));
  await turn();
  finish.get('camera unplugged')!.resolve(Uint8Array.of(1));
  await turn();
  expect(used).toEqual([2]);
});

test('one that cannot be drawn is told of', async () => {
  const { cards, failures, finish, use, turn } = setUp();
  cards.draw('paused', use);
  finish.get('paused')!.reject(new Error('no font'));
  await turn();
  expect(failures).toEqual(['the card "paused" cannot be drawn, a black picture instead: no font']);
});
