import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writePack } from '../../src/avatar/write-pack.js';
import { avatarCommand } from '../../src/cli/avatar.js';
import { consentCommand } from '../../src/cli/consent.js';
import { sampleManifest, samplePack } from '../avatar/sample-pack.js';
import { smallAvatar } from '../inference/onnx/small-avatar.js';
import { runMien } from './run-mien.js';

const work = mkdtempSync(join(tmpdir(), 'mien-avatars-'));
const at = (name: string) => join(work, name);

/** A user: a data folder of their own. */
const user =
  (name: string) =>
  async (...args: string[]) => {
    const env = { XDG_DATA_HOME: at(name), MIEN_PASSPHRASE: name === 'ada' ? 'correct horse' : '' };
    const { code, stdout, stderr } = await runMien(args, env);
    expect(stderr).not.toMatch(/\n\s+at /);
    return { code, out: stdout + stderr, stdout };
  };
const [ada, maker, bo, nobody] = ['ada', 'maker', 'bo', 'nobody'].map(user);

/** A pack that was written and not yet signed. */
function unsigned(name: string, kind: 'self' | 'person' | 'public-domain'): string {
  const { network, source, ...rest } = sampleManifest();
  const manifest = {
    ...rest,
    name,
    kind,
    network: { ...network, size: 64, int8: null, run: 'fp32' as const },
    source: kind === 'public-domain' ? source : null,
  };
  const pictures = samplePack();
  const files = (['preview.png', 'report.png', 'texture.png'] as const).map(
    (file) => [file, pictures.get(file)!] as const,
  );
  writePack(at(name), new Map([...files, ['fp32.onnx', smallAvatar()]]), manifest);
  return at(name);
}

const phraseOf = async () => (await ada!('consent', 'phrase')).stdout.trim();
const fingerprintIn = (text: string) => text.match(/([0-9a-f]{4}-){7}[0-9a-f]{4}/)![0];

beforeAll(async () => {
  writeFileSync(at('recording.mp4'), 'she says the phrase');
  for (const [run, name] of [
    [ada!, 'Ada'],
    [maker!, 'Maker'],
    [bo!, 'Bo'],
  ] as const) {
    expect((await run('consent', 'keygen', '--name', name)).out).toMatch(new RegExp(`^${name}  .{39}\nThe key is in`));
  }
});

test('another person’s face: from her consent to the wearer who loses it again', async () => {
  const pack = unsigned('ada-face', 'person');
  const bosKey = fingerprintIn((await bo!('consent', 'show')).out);
  expect((await maker!('avatar', 'sign', pack)).out).toMatch(/has no consent\.json/);

  const phrase = await phraseOf();
  const proof = ['--phrase', phrase, '--recording', at('recording.mp4')];
  const sign = ['consent', 'sign', pack, '--kind', 'person', '--out', at('ada.json'), ...proof];
  expect((await ada!(...sign)).out).toMatch(/must say who/);
  const signed = await ada!(...sign, '--wearer', bosKey);
  expect(signed.code).toBe(0);
  expect(signed.out).toMatch(new RegExp(`worn by +${bosKey}`));
  expect((await ada!(...sign, '--wearer', bosKey)).out).toMatch(/was used in a consent before/);

  expect((await maker!('avatar', 'sign', pack, '--consent', at('ada.json'))).out).toMatch(/6 files signed as Maker/);
  expect((await nobody!('avatar', 'verify', pack)).out).toMatch(
    /You may not wear it yet: .*whose key was never seen here/,
  );
  expect((await maker!('avatar', 'export', pack, at('ada.mien'))).code).toBe(0);
  expect((await maker!('avatar', 'export', pack, at('ada.mien'))).out).toMatch(/exists already/);

  const refused = await bo!('avatar', 'import', at('ada.mien'));
  expect(refused.code).toBe(1);
  expect(refused.out).toMatch(/signed by Ada, whose key is seen for the first time/);
  expect((await bo!('avatar', 'import', at('ada.mien'), '--trust', bosKey)).code).toBe(1);
  const adasKey = fingerprintIn(refused.out);
  const taken = await bo!('avatar', 'import', at('ada.mien'), '--trust', adasKey);
  expect(taken.out).toMatch(/^ada-face is in .*, made by Maker/m);
  expect(taken.out).not.toMatch(/warning/);
  expect((await nobody!('avatar', 'import', at('ada.mien'), '--trust')).out).toMatch(
    /warning: it may not be worn yet: .*you have no key/,
  );

  const all: { origin: string }[] = JSON.parse((await bo!('avatar', 'list', '--json')).stdout);
  const list = all.filter(({ origin }) => origin !== 'built-in');
  expect(list).toMatchObject([
    {
      name: 'ada-face',
      kind: 'person',
      path: join(at('bo'), 'mien/avatars/ada-face'),
      expiry: expect.stringMatching(/Z$/),
    },
  ]);
  expect((await bo!('avatar', 'show', 'ada-face')).out).toMatch(/It may be worn\./);
  expect((await bo!('consent', 'show', 'ada-face', '--recording', at('recording.mp4'))).out).toContain(
    `says or shows "${phrase}"`,
  );
  expect((await bo!('consent', 'show', 'ada-face', '--recording', at('ada.mien'))).out).toMatch(/is not the recording/);

  expect((await bo!('consent', 'revoke', 'ada-face', '--out', at('no.json'))).out).toMatch(
    /Only who gave it takes it back/,
  );
  const taken_back = await ada!(
    'consent',
    'revoke',
    at('ada.json'),
    '--reason',
    'enough',
    '--out',
    at('revocation.json'),
  );
  expect(taken_back.code).toBe(0);
  expect((await bo!('avatar', 'verify', 'ada-face')).code).toBe(0);
  expect((await bo!('consent', 'import', at('revocation.json'))).out).toMatch(/^Ada \(.*\) took back the consent/);
  const after = await bo!('avatar', 'verify', 'ada-face');
  expect(after.code).toBe(1);
  expect(after.out).toMatch(/Ada took the consent back on .* \(“enough”\)/);
  expect((await bo!('avatar', 'remove', 'ada-face')).code).toBe(0);
  expect(readdirSync(join(at('bo'), 'mien/avatars'))).toEqual([]);
});

test('a consent that does not hold lands nothing in the store, and nobody is asked about its signer', async () => {
  const pack = unsigned('late', 'person');
  const proof = ['--phrase', await phraseOf(), '--recording', at('recording.mp4')];
  const ended = ['--from', '2020-01-01', '--until', '2021-01-01', '--wearer', 'anyone'];
  expect((await ada!('consent', 'sign', pack, '--kind', 'person', ...proof, ...ended)).code).toBe(0);
  expect((await maker!('avatar', 'sign', pack)).code).toBe(0);
  for (const command of ['verify', 'import']) {
    const refused = await user('late-comer')('avatar', command, pack);
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/^mien: The avatar late may not be worn: the consent ended on 2021-01-01 00:00 UTC\./);
  }
  expect(existsSync(join(at('late-comer'), 'mien/avatars'))).toBe(false);
});

test('one’s own face, with a key that has a passphrase', async () => {
  const pack = unsigned('me', 'self');
  const proof = ['--phrase', await phraseOf(), '--recording', at('recording.mp4')];
  expect((await ada!('consent', 'sign', pack, '--kind', 'self')).out).toMatch(/needs --phrase and --recording/);
  expect((await ada!('consent', 'sign', pack, '--kind', 'self', ...proof)).code).toBe(0);
  expect((await ada!('avatar', 'sign', pack)).code).toBe(0);
  expect((await ada!('avatar', 'verify', pack)).out).not.toMatch(/may not/);
  expect((await ada!('avatar', 'import', pack)).code).toBe(0); // her own key needs no question

  const secret = readdirSync(join(at('ada'), 'mien/keys'))[0]!;
  expect(readFileSync(join(at('ada'), 'mien/keys', secret), 'utf8')).toContain('"kind":"passphrase"');
});

describe('a face that is nobody’s', () => {
  const folder = 'painted';
  beforeAll(async () => {
    unsigned(folder, 'public-domain');
    const facts = ['--depicted', 'A painted lady', '--source', 'a painting', '--licence', 'public domain'];
    const command = ['consent', 'sign', at(folder), '--kind', 'public-domain'];
    expect((await maker!(...command)).out).toMatch(/needs --depicted/);
    expect((await maker!(...command, ...facts)).out).toMatch(/until +no end/);
    expect((await maker!('avatar', 'sign', at(folder))).code).toBe(0);
  });

  test('verify: 0, or 1 with the reason, in words and as JSON', async () => {
    expect(await nobody!('avatar', 'verify', at(folder))).toMatchObject({ code: 0 });
    const changed = at('changed');
    cpSync(at(folder), changed, { recursive: true });
    writeFileSync(join(changed, 'fp32.onnx'), smallAvatar({ between: 'Tanh' }));
    const words = await nobody!('avatar', 'verify', changed);
    expect(words).toMatchObject({ code: 1, stdout: '' });
    expect(words.out).toMatch(/fp32\.onnx is not as Maker \(.*\) signed it/);
    const json = await nobody!('avatar', 'verify', changed, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, reason: expect.stringContaining('fp32.onnx') });
    expect(JSON.parse((await nobody!('avatar', 'verify', at(folder), '--json')).stdout)).toMatchObject({
      ok: true,
      reason: null,
    });
  });

  test('a name that is known by another key: both fingerprints, until it is forgotten', async () => {
    const thief = user('thief');
    const stolen = at('stolen');
    cpSync(at(folder), stolen, { recursive: true });
    await thief('consent', 'keygen', '--name', 'Maker');
    await thief(
      'consent',
      'sign',
      stolen,
      '--kind',
      'public-domain',
      '--depicted',
      'x',
      '--source',
      'x',
      '--licence',
      'x',
    );
    expect((await thief('avatar', 'sign', stolen)).code).toBe(0);

    const victim = user('victim');
    expect((await victim('consent', 'trust', at(folder), '--trust')).code).toBe(0);
    const refused = await victim('avatar', 'import', stolen, '--trust');
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/by Maker with the key .{39}, but Maker is known by .{39}\./);
    expect(existsSync(join(at('victim'), 'mien/avatars/painted'))).toBe(false);
    expect((await victim('avatar', 'verify', stolen)).out).toMatch(/but Maker is known by/);
    expect((await victim('consent', 'forget', 'Maker')).code).toBe(0);
    expect((await victim('avatar', 'import', stolen, '--trust')).code).toBe(0);
  });
});

test('a .dfm needs a consent for it', async () => {
  writeFileSync(at('face.dfm'), smallAvatar());
  const refused = await bo!('avatar', 'import', at('face.dfm'));
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.out).toMatch(/is a face, and no consent to wear it is given/);
  const facts = ['--depicted', 'Synthia', '--source', 'made by a generator', '--licence', 'CC0-1.0'];
  const signed = await bo!('consent', 'sign', at('face.dfm'), '--kind', 'synthetic', ...facts, '--out', at('dfm.json'));
  expect(signed.code).toBe(0);
  const other = await bo!('avatar', 'import', at('face.dfm'), '--consent', at('ada.json'));
  expect(other.out).toMatch(/is for other weights than/);
  const unfit = await bo!('avatar', 'import', at('face.dfm'), '--consent', at('dfm.json'));
  expect(unfit).toMatchObject({ code: 1 });
  expect(unfit.out).toMatch(/it takes face float32.*expected in_face:0/);
});

test('what is no avatar', async () => {
  for (const [args, reason] of [
    [['avatar', 'verify', '/no/such'], /There is no avatar at \/no\/such/],
    [['avatar', 'verify', at('recording.mp4')], /is cut short/],
    [['avatar', 'show', 'nobody'], /There is no avatar named "nobody"/],
    [['avatar', 'import', 'nobody.mien'], /There is no file nobody\.mien/],
    [['avatar', 'remove', '../etc'], /There is no avatar at/],
    [['avatar', 'verfy', 'x'], /unknown command 'verfy'/],
    [['consent', 'sign', work, '--kind', 'synthetic'], /has no fp32\.onnx yet/],
    [['consent', 'revoke'], /one consent, or all/],
    [['consent', 'import', at('recording.mp4')], /is not JSON/],
    [['consent', 'keygen', '--name', ''], /--name is ""/],
  ] as const) {
    const { code, out } = await nobody!(...args);
    expect(out).toMatch(reason);
    expect(code).toBe(1);
  }
});

test('every help fits 80 columns', () => {
  for (const group of [avatarCommand(), consentCommand()]) {
    for (const command of [group, ...group.commands]) {
      const lines = command.helpInformation().split('\n');
      expect(lines[0]).toContain('Usage:');
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    }
  }
});
