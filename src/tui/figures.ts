/** A number with a fixed count of decimals, or `nothing` where there is none (NaN, infinite). */
export function figure(value: number, decimals: number, nothing: string): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : nothing;
}

/** Milliseconds with one decimal; a time too short for it is `<0.1`, for no stage takes no time. */
export function milliseconds(ms: number, nothing: string): string {
  return ms > 0 && ms < 0.05 ? '<0.1' : figure(ms, 1, nothing);
}

/** Seconds as a clock: `0:07`, `12:34`, `1:02:03`. */
export function clockTime(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** The part of captured frames that was dropped, in per cent: `0 %`, `<0.1 %`, `0.3 %`, `12 %`. */
export function dropShare(dropped: number, captured: number): string {
  const percent = captured > 0 ? (100 * dropped) / captured : 0;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  return `${percent === 0 || percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}
