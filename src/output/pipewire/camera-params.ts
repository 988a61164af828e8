import type { I420Layout } from '../../frame/i420.js';
import { evenSize } from '../../frame/picture-fit.js';
import { type PackedFormat, packedBytes } from '../picture-packer.js';
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

/** What goes out: NV12, its planes one after the other. */
export function nv12Format(frame: I420Layout): PackedFormat {
  const { width, height } = evenSize(frame);
  return { width, height, pixels: 'NV12', strideBytes: width };
}

/**
 * The three things negotiated: the format, the buffers and what is told of each frame. NV12 has half the bytes of
 * YUY2 and loses nothing of I420; Chromium, Firefox and GStreamer take it, and OBS has it in its list, where I420 is not.
 */
export function cameraParams(format: StreamFormat): readonly Pod[] {
  const { layout, rate } = format;
  const packed = nv12Format(layout);
  const { width, height } = packed;
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
      [3, intPod(packedBytes(packed))],
      [4, intPod(packed.strideBytes)],
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
