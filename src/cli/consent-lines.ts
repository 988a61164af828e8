import { consentId, type SignedConsent } from '../avatar/consent.js';
import { fingerprintOf } from '../avatar/keys.js';

/** A consent, line by line, for people. Its texts are one line each: the schema sees to that. */
export function consentLines(consent: SignedConsent): readonly string[] {
  const { record } = consent;
  const rows: (readonly [string, string])[] = [
    ['depicted', `${record.depicted} (${record.kind})`],
    ['signed by', `${record.signer.name}  ${fingerprintOf(record.signer)}`],
    ['statement', record.statement],
    ['for', record.scope.join(', ')],
    ['worn by', record.wearers === 'anyone' ? 'anyone' : record.wearers.join(', ')],
    ['from', record.validFrom],
    ['until', record.validUntil ?? 'no end'],
    ['weights', record.weights],
  ];
  if ('proof' in record) {
    rows.push(['phrase', record.proof.phrase], ['recording', `SHA-256 ${record.proof.recordingSha256}`]);
  } else {
    rows.push(['source', record.source.description], ['licence', record.source.licence]);
  }
  rows.push(['consent', consentId(consent)]);
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}`);
}
