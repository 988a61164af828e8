import { z } from 'zod';
import { LiveSettings } from './settings.js';

/** Smallest and largest side of a picture, in pixels. */
export const SIDE_LIMITS = { min: 32, max: 8192 } as const;

const sizePattern = /^(\d{1,6})x(\d{1,6})$/;

/** WIDTHxHEIGHT, each side within SIDE_LIMITS. */
export const Size = z
  .string()
  .regex(sizePattern, 'expected WIDTHxHEIGHT in pixels, for example 1280x720')
  .refine((text) => {
    const sides = sizePattern.exec(text)?.slice(1).map(Number) ?? [];
    return sides.every((side) => side >= SIDE_LIMITS.min && side <= SIDE_LIMITS.max);
  }, `each side must be ${SIDE_LIMITS.min} to ${SIDE_LIMITS.max} pixels, for example 1280x720`);

/**
 * All that can be configured, once: the config file's keys and the flags of the command line are both made from this.
 * A flag is the key in kebab case (`mirror` is `--mirror`).
 */
export const Config = z.strictObject({
  source: z
    .string()
    .min(1)
    .default('auto')
    .describe('auto (a webcam if there is one, else the demo), camera, demo, synthetic, or a video file to play'),
  camera: z.string().min(1).optional().describe('webcam by path, name or index, as "mien devices" lists them'),
  control: z
    .record(
      z.string().min(1),
      z.union([z.number(), z.boolean(), z.string()], 'expected a number, true or false, or a word for each control'),
    )
    .optional()
    .describe('set a control of the webcam (brightness=140) while mien runs; may be repeated'),
  onDemand: z.boolean().default(false).describe('open the webcam only while somebody watches, and close it 5 s after'),
  output: z
    .string()
    .min(1)
    .default('auto')
    .describe('virtual camera: auto, v4l2loopback, pipewire, none, or the path or label of a v4l2loopback device'),
  outputFormat: z
    .enum(['yuyv', 'i420', 'nv12'])
    .default('yuyv')
    .describe('pixel format of a v4l2loopback device; yuyv is understood by most programs'),
  size: Size.optional().describe('size of the picture (default: as the source has it; the demo plays at 1280x720)'),
  fps: z.number().min(1).max(120).optional().describe('frames a second, 1 to 120 (default: as the source has it)'),
  fit: z
    .enum(['crop', 'letterbox'])
    .default('crop')
    .describe('fill another shape of picture by cutting its edges, or show all of it with bars'),
  loop: z.boolean().default(true).describe('start a video file over when it ends'),
  ...LiveSettings.shape,
  wornFor: z
    .enum(['live-calls', 'streaming'])
    .default('live-calls')
    .describe('what the virtual camera is used for while an avatar is worn: its consent must allow that'),
  preview: z.boolean().default(true).describe('serve the preview page (to this computer only)'),
  port: z.number().int().min(0).max(65535).default(0).describe('port of the preview page; 0 picks a free one'),
  record: z.string().min(1).optional().describe('record what goes out to this file: .mp4, .mov, .mkv or .y4m'),
  plain: z.boolean().default(false).describe('print a line a second in place of the terminal UI'),
  json: z.boolean().default(false).describe('print a JSON object a second in place of the terminal UI'),
});
/** All options, checked, defaults filled in. */
export type Config = z.infer<typeof Config>;
/** The name of an option. */
export type ConfigKey = keyof Config;

/** What the config file or the flags gave, before the defaults. */
export type ConfigInput = Partial<Record<ConfigKey, unknown>>;

/** The sides that a checked size names; null for none. */
export function sidesOf(size: string | undefined): { readonly width: number; readonly height: number } | null {
  const match = size === undefined ? null : sizePattern.exec(size);
  return match ? { width: Number(match[1]), height: Number(match[2]) } : null;
}
