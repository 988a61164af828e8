/** What is known of a version of v4l2loopback on a kernel: what goes wrong, and the first version where it does not. */
export interface VersionTrouble {
  /** `crash`: the kernel faults when the device is used. `no-build`: its source does not compile. */
  readonly kind: 'crash' | 'no-build';
  /** The first kernel that has the trouble. */
  readonly kernel: string;
  /** The first version without it. */
  readonly fixedIn: string;
  readonly text: string;
}

/** The last version that no trouble is known of, for any kernel in the table. */
export const GOOD_VERSION = '0.15.3';

/** The oldest version that mien is tested with. */
export const OLDEST_TESTED = '0.12.7';

/** Modules tell their version since 0.13 (MODULE_VERSION in v4l2loopback.c): one that does not is at best the last before. */
export const UNTOLD_VERSION = '0.12.7';

/**
 * Worst first. Source: NEWS of v4l2loopback at each `fixedIn`, and the reports in its tracker named beside each row.
 * Distributions patch older versions so that they build, so `no-build` counts only where there is no module.
 */
const TROUBLES: readonly VersionTrouble[] = [
  // 653 (a null pointer when a program lists its formats), 670 (0.12.7 patched to build: the machine freezes).
  { kind: 'crash', kernel: '6.18', fixedIn: '0.15.3', text: 'crashes this kernel as soon as a program opens it' },
  // 654: v4l2_fh_add takes another argument.
  { kind: 'no-build', kernel: '6.18', fixedIn: '0.15.2', text: 'does not compile for kernels from 6.18' },
  { kind: 'no-build', kernel: '6.16', fixedIn: '0.15.1', text: 'does not compile for kernels from 6.16' },
  // 626: del_timer_sync was removed.
  { kind: 'no-build', kernel: '6.15', fixedIn: '0.15.0', text: 'does not compile for kernels from 6.15' },
  // 570, 574: strlcpy was removed.
  { kind: 'no-build', kernel: '6.8', fixedIn: '0.13.0', text: 'does not compile for kernels from 6.8' },
];

/** The worst trouble of one kind that a version has on a kernel, or null. */
export function troubleOf(kind: VersionTrouble['kind'], version: string, kernelRelease: string): VersionTrouble | null {
  const isHit = (trouble: VersionTrouble) =>
    trouble.kind === kind && !isOlder(kernelRelease, trouble.kernel) && isOlder(version, trouble.fixedIn);
  return TROUBLES.find(isHit) ?? null;
}

/** The oldest version that a kernel has no trouble with, as published; distributions mend older ones. */
export function neededVersion(kernelRelease: string): string {
  const [worst] = TROUBLES.filter(({ kernel }) => !isOlder(kernelRelease, kernel));
  return worst?.fixedIn ?? OLDEST_TESTED;
}

/** Whether one version comes before another; numbers are compared as numbers: 6.8 before 6.18, "6.18.0-rc2" as 6.18.0. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [numbersOf(version), numbersOf(than)];
  for (let at = 0; at < 3; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbersOf(version: string): number[] {
  const digits = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '0';
  return digits.split('.').map(Number);
}
