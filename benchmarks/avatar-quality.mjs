// How good an avatar is when it is worn, beside what it is to reach:
//   node benchmarks/avatar-quality.mjs AVATAR_DIR --driver CLIP [--portrait FILE] [--size WxH] [--sheet FILE.png] [--json]
//   node benchmarks/avatar-quality.mjs --worn CLIP --driver CLIP --portrait FILE …    measures any clip made of the driver
// Exit code 1 where a goal is missed. Needs a build and the development dependencies.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    driver: { type: 'string' },
    worn: { type: 'string' },
    portrait: { type: 'string' },
    size: { type: 'string' },
    frames: { type: 'string' },
    sheet: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [pack = null] = positionals;
const size = values.size?.match(/^(\d+)x(\d+)$/);
if (!values.driver || (!pack && !values.worn) || (values.size && !size)) {
  console.error('usage: node benchmarks/avatar-quality.mjs AVATAR_DIR --driver CLIP [--portrait FILE] [--size WxH]');
  process.exit(2);
}

// The measuring is TypeScript that the tests share.
const server = await createServer({
  configFile: false,
  logLevel: 'error',
  root: fileURLToPath(new URL('..', import.meta.url)),
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { measureAvatar } = await server.ssrLoadModule('/test/avatar/quality/measure-avatar.ts');
  const { tableOf } = await server.ssrLoadModule('/test/avatar/quality/report-quality.ts');
  const { isReached } = await server.ssrLoadModule('/src/training/evaluation/goals.ts');
  const { figures, rows } = await measureAvatar({
    pack,
    driver: values.driver,
    worn: values.worn ?? null,
    portrait: values.portrait ?? null,
    size: size ? { width: Number(size[1]), height: Number(size[2]) } : null,
    frames: values.frames ? Number(values.frames) : null,
    sheet: values.sheet ?? null,
  });
  console.log(values.json ? JSON.stringify({ rows, figures }) : tableOf(rows));
  if (rows.some((row) => isReached(row) === false)) process.exitCode = 1;
} finally {
  await server.close();
}
