const MB = 1 << 20;

/**
 * Every file that a pack may hold, and how large it may be in bytes. Nothing else may lie in its folder.
 *
 * An fp32 network of ours has 10 to 40 MB; those of DeepFaceLab have up to 700 MB.
 */
export const PACK_LIMITS = {
  'avatar.json': MB,
  'consent.json': MB / 16,
  'fp32.onnx': 768 * MB,
  'int8.onnx': 256 * MB,
  'preview.png': 8 * MB,
  'report.png': 16 * MB,
  'signature.json': MB / 16,
  'texture.png': 16 * MB,
} as const;

/** The name of a file in a pack. */
export type PackFileName = keyof typeof PACK_LIMITS;

/** All files that a pack may hold, sorted. */
export const PACK_FILE_NAMES = Object.keys(PACK_LIMITS).sort() as readonly PackFileName[];

/** Most bytes of all files of a pack together. */
export const PACK_BYTES = 900 * MB;

/** The files that decide which face is seen: consent covers exactly these bytes. Sorted. */
export const FACE_FILES = ['fp32.onnx', 'int8.onnx', 'texture.png'] as const satisfies readonly PackFileName[];

/** Largest side of a picture in a pack, in pixels. */
export const PICTURE_SIDE = 4096;

/** Whether a pack may hold a file of this name. */
export function isPackFileName(name: string): name is PackFileName {
  return Object.hasOwn(PACK_LIMITS, name);
}
