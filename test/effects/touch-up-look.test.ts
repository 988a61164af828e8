import { expect, test } from 'vitest';
import { deltaE2000, labOf } from './colour-difference.js';
import { gaussian } from './gaussian.js';
import { drawFace, type FaceSpec, type Picture, PLAIN_FACE } from './synthetic-face.js';
import { maskOfPixels, touchUpStill } from './touch-up-bench.js';

type Layer = 'blotches' | 'pores' | 'redness';

/** Where the mask is whole, in pixels of the plane that a layer is drawn in. */
function skinOf(mask: Float32Array, { layout }: Picture, layer: Layer): { plane: number; at: number }[] {
  const isChroma = layer === 'redness';
  const found = [];
  for (let y = 0; y < (isChroma ? layout.heightUV : layout.height); y++) {
    for (let x = 0; x < (isChroma ? layout.strideUV : layout.width); x++) {
      const pixel = isChroma ? 2 * y * layout.width + 2 * x : y * layout.width + x;
      if (mask[pixel]! < 0.95) continue;
      found.push({ plane: isChroma ? layout.offsetV + y * layout.strideUV + x : pixel, at: pixel });
    }
  }
  return found;
}

/** Finer than this Gaussian (half of the amplitude at a period of 1/31 of the face): pores, stubble, hair. */
const PORE_SIGMA = 0.006;

/** A picture with a layer less the one without it: the layer alone, of pores the part finer than PORE_SIGMA. */
function layerOf(
  picture: Uint8Array,
  without: Uint8Array,
  layer: Layer,
  { width, height, size }: FaceSpec,
): Float64Array {
  const alone = Float64Array.from(picture, (value, at) => value - without[at]!);
  if (layer !== 'pores') return alone;
  const low = gaussian(alone, width, height, PORE_SIGMA * size);
  return low.map((value, at) => alone[at]! - value);
}

/** The share of a layer's energy on whole skin that comes through. */
async function keptShare(spec: FaceSpec, layer: Layer, strength: number): Promise<number> {
  const picture = drawFace(spec);
  const bare = { ...spec, [layer]: 0 };
  const without = drawFace(bare);
  const { after, bench } = await touchUpStill(picture, spec, strength);
  const { after: afterWithout } = await touchUpStill(without, bare, strength);
  const drawn = layerOf(picture.data, without.data, layer, spec);
  const left = layerOf(after, afterWithout, layer, spec);
  let before = 0;
  let now = 0;
  for (const { plane } of skinOf(maskOfPixels(bench), picture, layer)) {
    before += drawn[plane]! ** 2;
    now += left[plane]! ** 2;
  }
  return now / before;
}

test('CIEDE2000 agrees with the published pairs 1 and 17 of Sharma, Wu and Dalal', () => {
  expect(deltaE2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(deltaE2000([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
});

test('default strength keeps >= 70 % of the energy of pores (finer than a Gaussian of 0.006 faces), takes >= 40 % of blotches (1/18 face)', async () => {
  const pores = await keptShare(PLAIN_FACE, 'pores', 60);
  const blotches = await keptShare(PLAIN_FACE, 'blotches', 60);
  console.log(`at 60, energy kept: pores ${pores.toFixed(3)}, blotches ${blotches.toFixed(3)}`);
  expect(pores).toBeGreaterThanOrEqual(0.7);
  expect(blotches).toBeLessThanOrEqual(0.6);
});

test('strength 100 still keeps >= 60 % of the energy of pores and >= 8 % of blotches: no wax', async () => {
  const pores = await keptShare(PLAIN_FACE, 'pores', 100);
  const blotches = await keptShare(PLAIN_FACE, 'blotches', 100);
  console.log(`at 100, energy kept: pores ${pores.toFixed(3)}, blotches ${blotches.toFixed(3)}`);
  expect(pores).toBeGreaterThanOrEqual(0.6);
  expect(blotches).toBeGreaterThanOrEqual(0.08);
});

test('light, medium and dark skin are smoothed alike: energies kept of pores and blotches within 20 %', async () => {
  const skins = { light: [185, 114, 146], medium: [130, 110, 155], dark: [74, 118, 141] } as const;
  for (const layer of ['blotches', 'pores'] as const) {
    const kept = [];
    for (const [name, skin] of Object.entries(skins)) {
      const share = await keptShare({ ...PLAIN_FACE, skin, pores: 0.06 }, layer, 60);
      console.log(`${name} skin keeps ${share.toFixed(3)} of ${layer}`);
      kept.push(share);
    }
    expect(Math.max(...kept) / Math.min(...kept)).toBeLessThanOrEqual(1.2);
  }
});

test('red patches (1/14 of the face) lose >= 35 % of their energy at default strength', async () => {
  const kept = await keptShare(PLAIN_FACE, 'redness', 60);
  console.log(`at 60, energy kept: redness ${kept.toFixed(3)}`);
  expect(kept).toBeLessThanOrEqual(0.65);
});

test('the mean colour of the skin moves by CIEDE2000 <= 0.5 at default strength, light or dark', async () => {
  for (const skin of [PLAIN_FACE.skin, [74, 118, 141]] as const) {
    const spec = { ...PLAIN_FACE, skin };
    const picture = drawFace(spec);
    const { after, bench } = await touchUpStill(picture, spec, 60);
    const { layout } = picture;
    const skinPixels = skinOf(maskOfPixels(bench), picture, 'redness');
    const meanOf = (frame: Uint8Array): [number, number, number] => {
      const sum: [number, number, number] = [0, 0, 0];
      for (const { plane, at } of skinPixels) {
        sum[0] += frame[at]! / skinPixels.length;
        sum[1] += frame[plane - layout.offsetV + layout.offsetU]! / skinPixels.length;
        sum[2] += frame[plane]! / skinPixels.length;
      }
      return sum;
    };
    const shift = deltaE2000(labOf(meanOf(picture.data)), labOf(meanOf(after)));
    console.log(`skin of luma ${skin[0]}: the mean colour moves by CIEDE2000 ${shift.toFixed(3)}`);
    expect(shift).toBeLessThanOrEqual(0.5);
  }
});
