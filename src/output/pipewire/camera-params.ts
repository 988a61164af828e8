import type { I420Layout } from '../../frame/i420.js';
import type { StreamFormat } from '../sink.js';
import {
  CHOICE_FLAGS,
  CHOICE_RANGE,
  fractionPod,
  idPod,
  intChoicePod,
  intPod,
  objectPod,
  type Pod,
  rectanglePod,
} from './spa-pod.js';

// What mien offers to those who open its camera. The numbers are those of spa/param/*.h of PipeWire 0.3.

const OBJECT_FORMAT = 0x40003;
const OBJECT_PARAM_BUFFERS = 0x40004;
const OBJECT_PARAM_META = 0x40005;

const PARAM_ENUM_FORMAT = 3;
const PARAM_BUFFERS = 5;
const PARAM_META = 6;

const MEDIA_TYPE_VIDEO = 2;
const MEDIA_SUBTYPE_RAW = 1;
const VIDEO_FORMAT_NV12 = 23;

/** Memory that other processes map: they read the picture from where mien wrote it. */
const DATA_MEM_FD = 2;
const META_HEADER = 1;
/** Bytes of struct spa_meta_header. */
export const HEADER_BYTES = 32;
/** Two on their way, one being shown, one being written; more where a program asks for them. */
const BUFFERS = { wanted: 4, least: 2, most: 8 };

/** How NV12 lies in a buffer: a luma plane and, right after it, one of U V pairs at half height. */
export interface Nv12Size {
  /** Even. */
  readonly width: number;
  /** Even. */
  readonly height: number;
  /** Of luma rows and chroma rows alike. */
  readonly stride: number;
  readonly byteLength: number;
}

/** The size of what goes out: an odd side is cut by one pixel, for programs do not agree on what NV12 of those looks like. */
export function nv12Size(frame: I420Layout): Nv12Size {
  const width = frame.width - (frame.width % 2);
  const height = frame.height - (frame.height % 2);
  return { width, height, stride: width, byteLength: width * height * 1.5 };
}

/**
 * The three things negotiated: the format, the buffers and what is told of each frame. NV12 has half the bytes of
 * YUY2, loses nothing of I420, and Chromium, Firefox, OBS and GStreamer all take it; OBS does not take I420.
 */
export function cameraParams(format: StreamFormat): readonly Pod[] {
  const { layout, rate } = format;
  const { width, height, stride, byteLength } = nv12Size(layout);
  return [
    objectPod(OBJECT_FORMAT, PARAM_ENUM_FORMAT, [
      [0x1, idPod(MEDIA_TYPE_VIDEO)],
      [0x2, idPod(MEDIA_SUBTYPE_RAW)],
      [0x20001, idPod(VIDEO_FORMAT_NV12)],
      [0x20003, rectanglePod(width, height)],
      [0x20004, fractionPod(rate.num, rate.den)],
    ]),
    objectPod(OBJECT_PARAM_BUFFERS, PARAM_BUFFERS, [
      [1, intChoicePod(CHOICE_RANGE, BUFFERS.wanted, BUFFERS.least, BUFFERS.most)],
      [2, intPod(1)], // blocks of memory in a buffer
      [3, intPod(byteLength)],
      [4, intPod(stride)],
      [6, intChoicePod(CHOICE_FLAGS, 1 << DATA_MEM_FD)],
    ]),
    objectPod(OBJECT_PARAM_META, PARAM_META, [
      [1, idPod(META_HEADER)],
      [2, intPod(HEADER_BYTES)],
    ]),
  ];
}

/** The node's properties. Browsers remember a camera by its `node.name`. */
export function cameraProperties(name: string, description: string): string {
  return JSON.stringify({
    'media.class': 'Video/Source',
    'media.type': 'Video',
    'media.category': 'Capture',
    'media.role': 'Camera',
    'node.name': name,
    'node.nick': description,
    'node.description': description,
    'node.virtual': 'true',
  });
}
