import { describe, expect, test } from 'vitest';
import { type ConsentRecord, consentId, signConsent } from '../../src/avatar/consent.js';
import { type Circumstances, judgeConsent } from '../../src/avatar/judge-consent.js';
import { createSigningKey, fingerprintOf } from '../../src/avatar/keys.js';
import { signRevocation } from '../../src/avatar/revocation.js';
import { personalRecord, sampleRecord } from './sample-pack.js';

const ada = createSigningKey('Ada');
const wearerKey = createSigningKey('Bo');
const wearer = fingerprintOf(wearerKey.identity);
const weights = '12'.repeat(32);
const at = (moment: string) => ({ clock: Date.parse(moment), latest: Date.parse(moment) });
const good: Circumstances = {
  now: at('2026-06-01T00:00:00.000Z'),
  scope: ['live-calls'],
  wearer: [wearer],
  weightsHash: weights,
  revocations: [],
  trusted: new Map([['ada', ada.identity.publicKey]]),
};
const consent = signConsent({ ...personalRecord(ada, weights), wearers: [wearer] }, ada);

test('accepted, and until when', () => {
  expect(judgeConsent(consent, good)).toEqual({ kind: 'accepted', expires: '2027-03-01T10:00:00.000Z' });
  const forever = signConsent(sampleRecord(ada, weights), ada);
  expect(judgeConsent(forever, { ...good, wearer: [] })).toEqual({ kind: 'accepted', expires: null });
});

const revoke = (key: typeof ada, id: string) =>
  signRevocation({ consent: id, revokedAt: '2026-05-01T00:00:00.000Z', reason: 'I changed my mind' }, key);

describe('refused:', () => {
  test.each<[string, Partial<Circumstances>, string, RegExp]>([
    ['other weights', { weightsHash: '34'.repeat(32) }, 'other-weights', /Ada agreed to other weights: 121212121212…/],
    [
      'expired, to the millisecond',
      { now: at('2027-03-01T10:00:00.000Z') },
      'expired',
      /ended on 2027-03-01 10:00 UTC$/,
    ],
    [
      'expired, clock set back',
      { now: { clock: Date.parse('2026-06-01'), latest: Date.parse('2028-01-01') } },
      'expired',
      /clock has already been at 2028-01-01/,
    ],
    ['not yet valid', { now: at('2026-03-01T09:59:59.999Z') }, 'not-yet-valid', /begins on 2026-03-01 10:00 UTC/],
    [
      'not yet valid, though a later time was seen once',
      { now: { clock: Date.parse('2026-01-01'), latest: Date.parse('2026-06-01') } },
      'not-yet-valid',
      /clock says 2026-01-01/,
    ],
    ['out of scope', { scope: ['live-calls', 'recording'] }, 'out-of-scope', /for live-calls, not for recording/],
    ['another wearer', { wearer: ['0000'] }, 'not-for-this-wearer', /yours is 0000/],
    ['a wearer without a key', { wearer: [] }, 'not-for-this-wearer', /you have no key/],
    ['an unknown signer', { trusted: new Map() }, 'unknown-signer', /Ada \(.{39}\), whose key was never seen/],
    [
      'another key under a known name',
      { trusted: new Map([['ada', wearerKey.identity.publicKey]]) },
      'changed-signer',
      new RegExp(`${fingerprintOf(ada.identity)}, but Ada is known by ${wearer}`),
    ],
    ['revoked', { revocations: [revoke(ada, consentId(consent))] }, 'revoked', /on 2026-05-01 .*“I changed my mind”/],
    ['revoked with all others', { revocations: [revoke(ada, 'all')] }, 'revoked', /took the consent back/],
  ])('%s', (_, changes, refusal, reason) => {
    const verdict = judgeConsent(consent, { ...good, ...changes });
    expect(verdict).toMatchObject({ kind: 'refused', refusal, reason: expect.stringMatching(reason) });
  });

  test('forged: any field changed after signing', () => {
    const changes: Partial<ConsentRecord>[] = [
      { statement: 'Anything goes.' },
      { validUntil: '2099-01-01T00:00:00.000Z' },
      { scope: ['live-calls', 'streaming'] },
      { wearers: 'anyone' },
      { kind: 'self' },
      { signer: wearerKey.identity },
    ];
    for (const change of changes) {
      const forged = { ...consent, record: { ...consent.record, ...change } as ConsentRecord };
      expect(judgeConsent(forged, good)).toMatchObject({ refusal: 'forged' });
    }
  });

  test('a signature made for something else is forged', () => {
    const { signature } = revoke(ada, 'all');
    expect(judgeConsent({ ...consent, signature }, good)).toMatchObject({ refusal: 'forged' });
  });
});

test('nobody but the signer takes a consent back, and none is taken back with another', () => {
  for (const revocation of [
    revoke(wearerKey, consentId(consent)),
    revoke(wearerKey, 'all'),
    revoke(ada, 'cd'.repeat(32)),
  ]) {
    expect(judgeConsent(consent, { ...good, revocations: [revocation] })).toMatchObject({ kind: 'accepted' });
  }
});

test('a person’s consent needs an end and the person’s own name; a clock set back does not bring it back', () => {
  const record = personalRecord(ada, weights);
  expect(() => signConsent({ ...record, depicted: 'Somebody else' }, ada)).toThrow('who alone can agree');
  expect(() => signConsent({ ...record, validUntil: null } as unknown as ConsentRecord, ada)).toThrow('validUntil');
  expect(() => signConsent({ ...record, validUntil: record.validFrom } as ConsentRecord, ada)).toThrow('after');
  expect(() => signConsent(record, wearerKey)).toThrow('not that of the signer');
});
