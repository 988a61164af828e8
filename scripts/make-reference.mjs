// Makes test/inference/reference/*.json: what MediaPipe's own runtime, in a real browser, finds in the pictures of
// test/inference/reference-pictures.ts. Only needed when those pictures change.
//
//   apt-get install chromium
//   npm install --prefix .cache/reference --ignore-scripts @mediapipe/face_detection@0.4.1646425229
//   node scripts/make-reference.mjs
//
// face_mesh and selfie_segmentation are the packages that mien takes its models from. face_detection runs the same
// detector file (same SHA-256) and tells its boxes, which face_mesh keeps to itself; mien itself does not need it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'test/inference/reference');
const ORIGIN = 'http://reference.localhost';
/** A mask is stored as the means of cells of this many pixels square. */
const MASK_CELL = 8;
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };

const vite = await createServer({ root, server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
const { referencePictures, hashOf } = await vite.ssrLoadModule('/test/inference/reference-pictures.ts');
const pictures = await referencePictures();
await vite.close();

const packages = ['face_mesh', 'face_detection', 'selfie_segmentation'].map((name) => {
  const home = name === 'face_detection' ? join(root, '.cache/reference/') : root;
  const file = createRequire(home).resolve(`@mediapipe/${name}/package.json`);
  return { name, folder: dirname(file), version: JSON.parse(readFileSync(file, 'utf8')).version };
});

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--disable-background-networking',
  ],
});
try {
  for (const { name, i420, rgb } of pictures) {
    const { width, height } = rgb;
    const png = await sharp(rgb.data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const found = await askMediaPipe(png, rgb);
    const reference = {
      about: 'Made by scripts/make-reference.mjs; see there.',
      picture: name,
      width,
      height,
      i420Sha256: hashOf(i420),
      rgbSha256: hashOf(rgb.data),
      runtime: Object.fromEntries(packages.map((item) => [`@mediapipe/${item.name}`, item.version])),
      ...found,
    };
    writeFileSync(join(out, `${name}.json`), `${JSON.stringify(reference)}\n`);
    console.log(`${name}: ${found.landmarks?.length ?? 0} landmarks, ${found.detections.length} detections`);
  }
} finally {
  await browser.close();
}

/** A fresh page a picture: MediaPipe then knows no earlier face, and finds it by detection as ours does. */
async function askMediaPipe(png, { width, height }) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(String(error)));
  await page.route('**/*', async (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    if (path === '') {
      const scripts = packages.map(({ name }) => `<script src="/${name}/${name}.js"></script>`).join('');
      return route.fulfill({ contentType: 'text/html', body: `<!doctype html>${scripts}` });
    }
    if (path === 'picture.png') return route.fulfill({ contentType: 'image/png', body: png });
    const [name, ...rest] = path.split('/');
    const known = packages.find((item) => item.name === name);
    if (!known) return route.fulfill({ status: 404 });
    const body = readFileSync(join(known.folder, ...rest));
    return route.fulfill({ contentType: TYPES[extname(path)] ?? 'application/octet-stream', body });
  });
  await page.goto(`${ORIGIN}/`);
  const found = await page.evaluate(findAll, { width, height, cell: MASK_CELL });
  await page.close();
  return found;
}

/** Runs in the page. */
async function findAll({ width, height, cell }) {
  const image = new Image();
  image.src = '/picture.png';
  await image.decode();
  const round = (value) => Math.round(value * 1000) / 1000;
  const once = async (Solution, name, options, read) => {
    const solution = new Solution({ locateFile: (file) => `/${name}/${file}` });
    solution.setOptions(options);
    let answer;
    solution.onResults((results) => {
      answer = read(results);
    });
    await solution.send({ image });
    await solution.close();
    return answer;
  };
  // The mask is the picture's size; its alpha channel holds the probability.
  const readMask = ({ segmentationMask }) => {
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(segmentationMask, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const means = [];
    for (let top = 0; top < height; top += cell) {
      for (let left = 0; left < width; left += cell) {
        let sum = 0;
        for (let y = top; y < top + cell; y++)
          for (let x = left; x < left + cell; x++) sum += data[4 * (y * width + x) + 3];
        means.push(round(sum / cell / cell / 255));
      }
    }
    return { cell, means };
  };

  const landmarks = await once(
    globalThis.FaceMesh,
    'face_mesh',
    { maxNumFaces: 1, refineLandmarks: true, minDetectionConfidence: 0.5, minTrackingConfidence: 0.5 },
    ({ multiFaceLandmarks }) =>
      multiFaceLandmarks[0]?.map(({ x, y, z }) => [round(x * width), round(y * height), round(z * width)]),
  );
  const detections = await once(
    globalThis.FaceDetection,
    'face_detection',
    { model: 'short', minDetectionConfidence: 0.5 },
    (results) =>
      results.detections.map(({ boundingBox: box, landmarks: points }) => ({
        box: {
          x: round((box.xCenter - box.width / 2) * width),
          y: round((box.yCenter - box.height / 2) * height),
          width: round(box.width * width),
          height: round(box.height * height),
        },
        keypoints: points.map(({ x, y }) => [round(x * width), round(y * height)]),
      })),
  );
  const segment = (modelSelection) =>
    once(globalThis.SelfieSegmentation, 'selfie_segmentation', { modelSelection }, readMask);
  const masks = { 'person-mask': await segment(0), 'person-mask-landscape': await segment(1) };
  return { landmarks, detections, masks };
}
