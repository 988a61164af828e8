// Reads a face of 150 × 150 × 3 bytes from standard input and prints its descriptor as face-api itself computes it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SIDE = 150;
const folder = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
const model = join(folder, 'model', 'face_recognition_model');

// The build that needs no native TensorFlow is made for browsers: it looks for a window before it loads.
globalThis.window = globalThis;
globalThis.document = { createElement: () => ({ getContext: () => null }) };
console.log = () => {}; // TensorFlow.js greets on standard output
const { FaceRecognitionNet, NetInput, tf } = await import(pathToFileURL(join(folder, 'dist', 'face-api.esm.js')).href);

await tf.setBackend('cpu');
const [{ weights }] = JSON.parse(readFileSync(`${model}-weights_manifest.json`, 'utf8'));
const network = new FaceRecognitionNet();
network.loadFromWeightMap(tf.io.decodeWeights(new Uint8Array(readFileSync(`${model}.bin`)).buffer, weights));

const face = tf.tensor3d(Float32Array.from(readFileSync(0)), [SIDE, SIDE, 3]);
const descriptor = await network.forwardInput(new NetInput([face])).data();
process.stdout.write(JSON.stringify(Array.from(descriptor)));
