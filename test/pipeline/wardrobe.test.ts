import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { AvatarCard } from '../../src/output/avatar-card.js';
import { Wardrobe, type WearableAvatar } from '../../src/pipeline/wardrobe.js';

const refusal = new UserError('CONSENT_REFUSED', 'Ada may not be worn: the consent ended.', 'Ask Ada.');

/** A wardrobe whose packs are opened when the test says so. */
function setUp() {
  const worn: (string | null)[] = [];
  const cards: AvatarCard[] = [];
  const refused: UserError[] = [];
  const watched = new Map<string, (reason: UserError) => void>();
  const opening = new Map<string, { resolve: (avatar: WearableAvatar) => void; reject: (error: Error) => void }>();
  const wardrobe = new Wardrobe(
    (name) => new Promise((resolve, reject) => opening.set(name, { resolve, reject })),
    () => ['live-calls'],
    {
      wear: (files) => worn.push(files?.name ?? null),
      card: (card) => cards.push(card),
      refused: (reason) => refused.push(reason),
    },
  );
  const avatar = (name: string, change: Partial<WearableAvatar> = {}): WearableAvatar => ({
    name,
    files: { name, network: new Uint8Array(1), texture: null },
    still: Uint8Array.of(1),
    until: null,
    refuses: () => null,
    watch: (onRefused) => {
      watched.set(name, onRefused);
      return () => watched.delete(name);
    },
    ...change,
  });
  const open = async (name: string, change?: Partial<WearableAvatar>) => {
    const done = wardrobe.choose(name);
    opening.get(name)!.resolve(avatar(name, change));
    await done;
  };
  return { wardrobe, worn, cards, refused, watched, opening, avatar, open };
}

test('an avatar is worn once its pack was verified, and watched from then on', async () => {
  const { wardrobe, worn, cards, watched, open } = setUp();
  await open('ada', { until: '2027-01-01T00:00:00.000Z' });
  expect(worn).toEqual(['ada']);
  expect(cards.map(({ name, state }) => [name, state])).toEqual([
    ['ada', 'loading'],
    ['ada', 'loading'],
  ]);
  expect([...watched.keys()]).toEqual(['ada']);
  wardrobe.worn({ kind: 'worn' });
  expect(wardrobe.status).toEqual({
    kind: 'chosen',
    name: 'ada',
    until: '2027-01-01T00:00:00.000Z',
    wear: { kind: 'worn' },
  });
});

test('the card tells why, with the still of an avatar that may be worn', async () => {
  const { wardrobe, cards, open } = setUp();
  await open('ada');
  wardrobe.worn({ kind: 'withheld', shows: 'last', reason: 'no face', words: '' });
  wardrobe.worn({ kind: 'withheld', shows: 'card', reason: 'other faces', words: '' });
  expect(cards.slice(-2)).toMatchObject([
    { name: 'ada', state: 'no face', still: Uint8Array.of(1) },
    { name: 'ada', state: 'other faces' },
  ]);
});

describe('refused', () => {
  test('at the opening: nothing is worn, the reason is told, the card has no still', async () => {
    const { wardrobe, worn, cards, refused, opening } = setUp();
    const done = wardrobe.choose('ada');
    opening.get('ada')!.reject(refusal);
    await done;
    expect(worn).toEqual([null]);
    expect(refused).toEqual([refusal]);
    expect(cards.at(-1)).toEqual({ name: 'ada', still: null, state: 'refused' });
    expect(wardrobe.status).toEqual({ kind: 'refused', name: 'ada', reason: refusal.message });
  });

  test('while it is worn: it is taken off at once, and the watch is over', async () => {
    const { wardrobe, worn, cards, watched, open } = setUp();
    await open('ada');
    watched.get('ada')!(refusal);
    expect(worn).toEqual(['ada', null]);
    expect(cards.at(-1)).toMatchObject({ still: null, state: 'refused' });
    expect(watched.size).toBe(0);
    expect(wardrobe.status.kind).toBe('refused');
  });

  test('the next one after another that is worn: nothing is worn, not the one before either', async () => {
    const { wardrobe, worn, watched, opening, open } = setUp();
    await open('ada');
    const done = wardrobe.choose('bob');
    expect(worn).toEqual(['ada']); // until the new one is known
    opening.get('bob')!.reject(new Error('no such pack'));
    await done;
    expect(worn).toEqual(['ada', null]);
    expect(watched.size).toBe(0);
    expect(wardrobe.status).toMatchObject({ kind: 'refused', name: 'bob' });
  });

  test('by the engine, which could not load it', async () => {
    const { wardrobe, worn, refused, open } = setUp();
    await open('ada');
    wardrobe.failed(new Error('ONNX Runtime refuses it'));
    expect(worn).toEqual(['ada', null]);
    expect(refused[0]).toMatchObject({ code: 'AVATAR_INVALID', message: expect.stringContaining('ONNX Runtime') });
  });
});

test('whoever is chosen last is worn, whichever pack opens last', async () => {
  const { wardrobe, worn, watched, opening, avatar } = setUp();
  const first = wardrobe.choose('ada');
  const second = wardrobe.choose('bob');
  opening.get('bob')!.resolve(avatar('bob'));
  await second;
  opening.get('ada')!.resolve(avatar('ada'));
  await first;
  expect(worn).toEqual(['bob']);
  expect([...watched.keys()]).toEqual(['bob']);
});

test('taken off while it opens, it stays off', async () => {
  const { wardrobe, worn, opening, avatar } = setUp();
  const done = wardrobe.choose('ada');
  await wardrobe.choose(null);
  opening.get('ada')!.resolve(avatar('ada'));
  await done;
  expect(worn).toEqual([null]);
  expect(wardrobe.status).toEqual({ kind: 'off' });
});

test('a recording is refused where the consent has no room for it', async () => {
  const { wardrobe, open } = setUp();
  expect(wardrobe.refusesRecording()).toBeNull();
  await open('ada', { refuses: (use) => (use === 'recording' ? refusal : null) });
  expect(wardrobe.refusesRecording()).toBe(refusal);
});
