import { describe, expect, test } from 'vitest';
import { type AvatarWishes, planAvatar } from '../../src/cli/avatar-plan.js';
import { UserError } from '../../src/errors.js';

const whole: AvatarWishes = { portrait: 'me.png', record: true, kind: 'self' };

function refusal(name: string, options: AvatarWishes): UserError {
  try {
    planAvatar(name, options);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('what can be made', () => {
  test('of oneself, from a minute before the webcam', () => {
    expect(planAvatar('me', whole)).toEqual({
      name: 'me',
      title: 'me',
      kind: 'self',
      source: null,
      face: { kind: 'portrait', path: 'me.png' },
      driver: { kind: 'guided', keep: false },
    });
  });

  test('of a painting, for anybody', () => {
    const options = {
      portrait: 'joconde.jpg',
      drivers: 'faces',
      kind: 'public-domain',
      source: 'Mona Lisa',
      licence: 'PD',
    };
    expect(planAvatar('gioconda', { ...options, title: 'Mona Lisa' })).toMatchObject({
      title: 'Mona Lisa',
      source: { description: 'Mona Lisa', licence: 'PD' },
      driver: { kind: 'faces', folder: 'faces', source: null },
    });
  });
});

describe('what is refused, and how to mend it', () => {
  test.each([
    ['Me', whole, '"Me" cannot be the name', 'my-face'],
    ['../me', whole, '"../me" cannot be the name', 'my-face'],
    ['me', { ...whole, portrait: undefined }, 'needs a face', '--portrait'],
    ['me', { ...whole, recording: 'me.mp4' }, '--portrait and --recording', 'Keep one'],
    ['me', { ...whole, kind: undefined }, 'not said whose face', '--kind'],
    ['me', { ...whole, kind: 'celebrity' }, '"celebrity" is no kind of face', 'self (yours)'],
    ['me', { ...whole, licence: 'MIT' }, '--licence has no meaning for --kind self', 'Leave out --licence'],
    ['me', { ...whole, kind: 'synthetic' }, '--source and --licence are missing', 'CC0-1.0'],
    ['me', { ...whole, kind: 'public-domain', source: 'a painting' }, '--licence is missing', 'Leonardo'],
    [
      'me',
      { ...whole, kind: 'synthetic', source: 'two\nlines', licence: 'MIT' },
      '--source cannot be taken',
      'one line',
    ],
    ['me', { portrait: 'me.png', kind: 'self' }, 'who moves the avatar', '--record'],
    ['me', { ...whole, driver: 'a.mp4', drivers: 'b' }, '--record and --driver and --drivers', 'Keep the one'],
    ['me', { ...whole, driversSource: 'nobody' }, '--drivers-source', 'give both'],
    ['me', { portrait: 'p', kind: 'self', driver: 'a.mp4', keepRecording: true }, '--keep-recording', 'never deleted'],
  ])('%s %o', (name, options, message, remedy) => {
    const error = refusal(name, options as AvatarWishes);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
  });
});
