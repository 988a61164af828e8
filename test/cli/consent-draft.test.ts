import { describe, expect, test } from 'vitest';
import { createSigningKey, fingerprintOf } from '../../src/avatar/keys.js';
import { type ConsentWishes, type DraftFacts, draftConsent } from '../../src/cli/consent-draft.js';

const signer = createSigningKey('Ada').identity;
const proof = { phrase: 'gubon-mosij-vuhur', recordingSha256: 'cd'.repeat(32) };
const facts: DraftFacts = { weights: 'ab'.repeat(32), signer, proof, now: new Date('2026-03-01T10:00:00.000Z') };
const nobodys: ConsentWishes = { kind: 'synthetic', depicted: 'Synthia', source: 'a generator', licence: 'CC0-1.0' };

describe('what is not said is narrow for a person, wide for a face that is nobody’s', () => {
  test('one’s own face: live calls, for a year, worn by oneself', () => {
    expect(draftConsent({ kind: 'self' }, facts)).toMatchObject({
      depicted: 'Ada',
      scope: ['live-calls'],
      wearers: [fingerprintOf(signer)],
      validFrom: '2026-03-01T10:00:00.000Z',
      validUntil: '2027-03-01T10:00:00.000Z',
      statement: expect.stringContaining('It is my face'),
      proof,
    });
  });

  test('a face that is nobody’s: everything, by anyone, without end', () => {
    expect(draftConsent(nobodys, { ...facts, proof: null })).toMatchObject({
      depicted: 'Synthia',
      scope: ['live-calls', 'streaming', 'recording'],
      wearers: 'anyone',
      validUntil: null,
      source: { description: 'a generator', licence: 'CC0-1.0' },
    });
  });
});

test('what is said counts: dates as their first moment in UTC', () => {
  const wishes: ConsentWishes = {
    kind: 'person',
    wearer: ['anyone'],
    scope: 'streaming,recording',
    from: '2026-04-01',
    until: '2026-04-02T12:00:00Z',
    statement: 'For the play only.',
  };
  expect(draftConsent(wishes, facts)).toMatchObject({
    scope: ['streaming', 'recording'],
    wearers: 'anyone',
    validFrom: '2026-04-01T00:00:00.000Z',
    validUntil: '2026-04-02T12:00:00.000Z',
    statement: 'For the play only.',
  });
});

test.each<[string, ConsentWishes, Partial<DraftFacts>, RegExp]>([
  ['another person’s without who wears it', { kind: 'person' }, {}, /must say who/],
  ['one’s own with a source', { kind: 'self', source: 'me' }, {}, /--source is for a face that is nobody's/],
  ['nobody’s without a licence', { ...nobodys, licence: undefined } as never, { proof: null }, /needs --licence/],
  ['a scope that there is not', { kind: 'self', scope: 'live-calls,films' }, {}, /"scope\.1"/],
  ['a wearer who is no fingerprint', { kind: 'self', wearer: ['Bo'] }, {}, /"wearers\.0"/],
  ['an end before the beginning', { kind: 'self', until: '2026-01-01' }, {}, /"validUntil" after "validFrom"/],
  ['a day that there is not', { kind: 'self', until: '2026-13-01' }, {}, /--until is "2026-13-01", expected a date/],
  ['a statement of two lines', { kind: 'self', statement: 'a\nb' }, {}, /one line of visible text/],
])('refused: %s', (_, wishes, changes, reason) => {
  expect(() => draftConsent(wishes, { ...facts, ...changes })).toThrow(reason);
});
