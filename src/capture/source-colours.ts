import type { Frame as AvFrame, Stream } from 'node-av/lib';
import type { Ffmpeg } from '../system/ffmpeg.js';

/** Pictures of at least this size are not standard definition. Source: the rule that mpv uses for untagged video. */
const HD_WIDTH = 1280;
const HD_HEIGHT = 577;

/** Names of the pixel formats that hold luma and chroma. The others (RGB, palette, grey) have no colour matrix. */
const LUMA_CHROMA = /^(yuv|yuyv|uyvy|yvyu|uyyvyy|nv|p0|p2|p4|y2|xv|vuy|ayuv)/;

/**
 * Fills in the colour matrix and range of a picture whose file does not name them, so that the scaler converts it right:
 * JPEG is full range; JPEG and y4m are BT.601, other video is BT.709 if it is HD.
 */
export function tagColours(ffmpeg: Ffmpeg, stream: Stream, picture: AvFrame): void {
  const hasRange = picture.colorRange !== ffmpeg.AVCOL_RANGE_UNSPECIFIED;
  const hasMatrix = picture.colorSpace !== ffmpeg.AVCOL_SPC_UNSPECIFIED;
  if (hasRange && hasMatrix) return;

  const format = ffmpeg.avGetPixFmtName(picture.format as Parameters<typeof ffmpeg.avGetPixFmtName>[0]) ?? '';
  if (!LUMA_CHROMA.test(format)) return;

  const { codecId } = stream.codecpar;
  const isJpeg = codecId === ffmpeg.AV_CODEC_ID_MJPEG;
  if (!hasRange) {
    const isFull = isJpeg || format.startsWith('yuvj');
    picture.colorRange = isFull ? ffmpeg.AVCOL_RANGE_JPEG : ffmpeg.AVCOL_RANGE_MPEG;
  }
  if (!hasMatrix) {
    const isHd = picture.width >= HD_WIDTH || picture.height >= HD_HEIGHT;
    const isVideo = !isJpeg && codecId !== ffmpeg.AV_CODEC_ID_RAWVIDEO;
    picture.colorSpace = isHd && isVideo ? ffmpeg.AVCOL_SPC_BT709 : ffmpeg.AVCOL_SPC_SMPTE170M;
  }
}
