// The command that set-up runs: makes every model of models/manifest.json in models/cache, one line each, and the
// mesh of a mean face.
import { UserError } from '../errors.js';
import { cacheCanonicalFace } from './canonical-face-cache.js';
import { cacheModel } from './model-cache.js';
import { meshFacts, readManifest } from './model-manifest.js';

try {
  for (const facts of readManifest()) {
    const started = performance.now();
    const outcome = cacheModel(facts);
    const time = outcome === 'converted' ? ` in ${((performance.now() - started) / 1000).toFixed(1)} s` : '';
    console.error(`      ${facts.id}: ${outcome === 'converted' ? 'converted' : 'up to date'}${time}`);
  }
  cacheCanonicalFace(meshFacts());
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message}\n${error.remedy}`);
  process.exitCode = 1;
}
