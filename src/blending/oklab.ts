// A perceptual colour space: equal steps look equally large, and light that fades keeps its hue.
// Source: B. Ottosson, "A perceptual color space for image processing", 2020; sRGB: IEC 61966-2-1.

const STEPS = 2048;
/** Light of encoded values 0 to 1. */
const LINEAR = Float32Array.from({ length: STEPS + 1 }, (_, i) => {
  const value = i / STEPS;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** A colour to be written into. */
export interface Oklab {
  /** Lightness, 0 to 1. */
  l: number;
  /** Green to red and blue to yellow, about −0.4 to 0.4. */
  a: number;
  b: number;
}

function linear(encoded: number): number {
  return LINEAR[Math.round(Math.min(Math.max(encoded, 0), 1) * STEPS)]!;
}

function encoded(light: number): number {
  const value = Math.min(Math.max(light, 0), 1);
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** Of an sRGB colour, 0 to 1 a channel; beyond that it is clipped. Within 0.001. */
export function rgbToOklab(red: number, green: number, blue: number, into: Oklab): Oklab {
  const r = linear(red);
  const g = linear(green);
  const b = linear(blue);
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  into.l = 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short;
  into.a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  into.b = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  return into;
}

/** The sRGB colour, 0 to 1 a channel, clipped to what a screen shows. @param into - three values. */
export function oklabToRgb({ l, a, b }: Oklab, into: Float64Array): Float64Array {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  into[0] = encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short);
  into[1] = encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short);
  into[2] = encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short);
  return into;
}
