import { Command } from 'commander';
import { type ListedAvatar, listAvatars } from '../avatar/store.js';
import { wearableOf } from '../avatar/wearable.js';
import { openNamed } from './avatar-target.js';
import { consentLines } from './consent-lines.js';

/** `mien avatar list`: the avatars that there are. */
export function avatarListCommand(): Command {
  return new Command('list')
    .description('the avatars that there are: your own, and those that come with mien')
    .option('--json', 'print a JSON list of name, title, path, kind, expiry, origin, problem')
    .action(({ json = false }: { json?: boolean }) => {
      const avatars = listAvatars();
      if (json) return console.log(JSON.stringify(avatars.map(jsonOf)));
      if (avatars.length === 0) return console.log('There is no avatar yet: "mien avatar create" makes one.');
      const width = Math.max(...avatars.map(({ name }) => name.length));
      for (const avatar of avatars) console.log(`${avatar.name.padEnd(width)}  ${wordsOf(avatar)}`);
    });
}

/** `mien avatar show`: what an avatar is, how it was made, and who agreed to what. */
export function avatarShowCommand(): Command {
  return new Command('show')
    .description('what an avatar is, how it was made, and who agreed to what')
    .argument('<avatar>', 'its name, its folder, or a pack in one file')
    .option('--json', 'print all of it as one JSON object')
    .action((word: string, { json = false }: { json?: boolean }) => {
      const { pack, origin } = openNamed(word);
      const verdict = wearableOf(pack, origin, []).judge();
      const { manifest, consent, where, signer } = pack;
      if (json) {
        const { neutral: _shape, texture, ...told } = manifest;
        const hasTexture = texture !== null;
        return console.log(
          JSON.stringify({ ...told, hasTexture, path: where, signer, consent: consent.record, verdict }),
        );
      }
      const { network, card } = manifest;
      const rows = [
        ['avatar', `${manifest.name}: ${manifest.title}`],
        ['path', where],
        ['made', `${manifest.created} by ${signer.name}`],
        ['network', `${network.size} pixels, ${network.run}: ${network.reason}`],
        ...(card
          ? [
              ['recipe', `${card.recipe}; ${card.steps} steps, ${card.images} images, ${card.minutes} minutes`],
              ['learnt from', card.trainedOn.join(', ')],
              ...Object.entries(card.figures).map(([name, value]) => ['', `${name}: ${value}`]),
            ]
          : []),
      ];
      for (const [name, value] of rows) console.log(`${name!.padEnd(11)} ${value}`);
      console.log(`\nConsent\n${consentLines(consent).join('\n')}`);
      console.log(`\n${verdict.kind === 'accepted' ? 'It may be worn.' : `It may not be worn: ${verdict.reason}.`}`);
    });
}

function jsonOf({ name, title, path, kind, expires, origin, problem }: ListedAvatar) {
  return { name, title, path, kind, expiry: expires, origin, problem };
}

function wordsOf({ title, kind, expires, origin, problem }: ListedAvatar): string {
  const end = expires === null ? 'no end' : `until ${expires.slice(0, 10)}`;
  const facts = [kind, problem === null ? end : null, origin === 'built-in' ? 'comes with mien' : null];
  const told = title === null ? '' : `${title} (${facts.filter((fact) => fact !== null).join(', ')})`;
  return problem === null ? told : `${told}${told && '; '}cannot be worn: ${problem}`;
}
