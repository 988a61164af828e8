// Both ends of a video call, for pages that a test opens and drives by these functions of `window`.
import { readFrameNumber } from './frame-number.js';

let stream;
let connection;

/** Cameras by label; empty while the browser has not found any. */
async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput').map(({ label, deviceId }) => ({ label, deviceId }));
}

/** Opens the camera; resolves to what the browser says of it. */
async function openCamera(label, video) {
  const camera = (await cameras()).find((one) => one.label === label);
  const deviceId = { exact: camera.deviceId };
  stream = await navigator.mediaDevices.getUserMedia({ video: { ...video, deviceId } });
  const [track] = stream.getVideoTracks();
  const { width, height, frameRate } = track.getSettings();
  return { label: track.label, width, height, frameRate };
}

/** The calling end. Resolves to an offer with all of its addresses. */
async function call() {
  connection = new RTCPeerConnection();
  const [track] = stream.getVideoTracks();
  track.contentHint = 'detail'; // else the picture is made smaller before it is made worse
  const sender = connection.addTrack(track, stream);
  const parameters = sender.getParameters();
  await sender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
  return described(await connection.createOffer());
}

/** The called end. Resolves to an answer with all of its addresses. */
async function answer(offer) {
  connection = new RTCPeerConnection();
  connection.ontrack = (event) => {
    stream = event.streams[0];
  };
  await connection.setRemoteDescription(offer);
  return described(await connection.createAnswer());
}

/** Takes the answer: the call begins. */
async function accept(theirs) {
  await connection.setRemoteDescription(theirs);
}

async function described(description) {
  await connection.setLocalDescription(description);
  while (connection.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 10));
  return connection.localDescription.toJSON();
}

/**
 * Looks at frames of the open camera or of the other end: the numbers in each, its size, and when it was there, in ms
 * since 1970.
 */
async function watch(count) {
  const [track] = stream.getVideoTracks();
  const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable.getReader();
  const seen = [];
  while (seen.length < count) {
    const { value: frame } = await reader.read();
    const at = performance.timeOrigin + performance.now();
    const { luma, layout } = await lumaOf(frame);
    const { top, bottom } = readFrameNumber(luma, layout);
    seen.push({ top, bottom, at, width: layout.width, height: layout.height });
    frame.close();
  }
  await reader.cancel();
  return seen;
}

/** The colours of one frame at some points, as a page would show them, and its number. */
async function colours(points) {
  const { number, context } = await drawnFrame();
  return { number, rgb: points.map(({ x, y }) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)]) };
}

/** The size of one frame, and its mean colours in a grid of cells, row by row. */
async function meanColours(columns, rows) {
  const { context } = await drawnFrame();
  const { width, height } = context.canvas;
  const rgb = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [cellWidth, cellHeight] = [width / columns, height / rows];
      const { data } = context.getImageData(column * cellWidth, row * cellHeight, cellWidth, cellHeight);
      const sums = [0, 0, 0];
      for (let i = 0; i < data.length; i++) if (i % 4 < 3) sums[i % 4] += data[i];
      rgb.push(sums.map((sum) => sum / (data.length / 4)));
    }
  }
  return { width, height, rgb };
}

/** The next frame, drawn, and its number. */
async function drawnFrame() {
  const [track] = stream.getVideoTracks();
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  const { value: frame } = await reader.read();
  const { luma, layout } = await lumaOf(frame);
  const canvas = new OffscreenCanvas(layout.width, layout.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(frame, 0, 0);
  frame.close();
  await reader.cancel();
  return { number: readFrameNumber(luma, layout).top, context };
}

/** The luma plane as it is in memory: I420 and NV12 both begin with it. */
async function lumaOf(frame) {
  const { width, height } = frame.visibleRect;
  const bytes = new Uint8Array(frame.allocationSize());
  const [plane] = await frame.copyTo(bytes);
  return { luma: bytes.subarray(plane.offset), layout: { width, height, strideY: plane.stride } };
}

/** Opens whatever camera there is: for browsers that name none before one was opened. */
async function openAnyCamera(video) {
  stream = await navigator.mediaDevices.getUserMedia({ video });
  return stream.getVideoTracks()[0].label;
}

/** As `watch`, in any browser: through a video element and a canvas. */
async function watchVideo(count) {
  const video = Object.assign(document.createElement('video'), { srcObject: stream, muted: true });
  document.body.append(video);
  await video.play();
  const { videoWidth: width, videoHeight: height } = video;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  const seen = [];
  while (seen.length < count) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const at = performance.timeOrigin + performance.now();
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const green = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 1]);
    seen.push({ ...readFrameNumber(green, { width, height, strideY: width }), at, width, height });
  }
  video.remove();
  return seen;
}

const asked = { cameras, openCamera, openAnyCamera, call, answer, accept, watch, watchVideo, colours, meanColours };
Object.assign(window, asked, {
  /** Arguments, answers and errors as text, for drivers that pass nothing else. */
  askedByTest: async (name, args) => {
    try {
      return JSON.stringify({ answer: await asked[name](...JSON.parse(args)) });
    } catch (error) {
      return JSON.stringify({ error: `${error.name}: ${error.message}` });
    }
  },
});
