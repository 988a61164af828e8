import type { Facts, PackageManager } from './facts.js';
import { asRoot } from './finding.js';

const INSTALL: Readonly<Record<PackageManager, string>> = {
  apt: 'apt install',
  dnf: 'dnf install',
  pacman: 'pacman -S',
  zypper: 'zypper install',
};

/** What can be missing, and the packages that bring it. KERNEL stands for `uname -r`. */
const PACKAGES = {
  // Fedora has it in RPM Fusion (free): akmods build it for each kernel. openSUSE builds it for its default kernel.
  loopback: {
    apt: 'v4l2loopback-dkms linux-headers-KERNEL',
    dnf: 'akmod-v4l2loopback',
    pacman: 'v4l2loopback-dkms linux-headers',
    zypper: 'v4l2loopback-kmp-default',
  },
  headers: {
    apt: 'linux-headers-KERNEL',
    dnf: 'kernel-devel-KERNEL',
    pacman: 'linux-headers',
    zypper: 'kernel-default-devel',
  },
  pipewire: {
    apt: 'pipewire wireplumber',
    dnf: 'pipewire wireplumber',
    pacman: 'pipewire wireplumber',
    zypper: 'pipewire wireplumber',
  },
  pipewireLibrary: {
    apt: 'libpipewire-0.3-0',
    dnf: 'pipewire-libs',
    pacman: 'libpipewire',
    zypper: 'libpipewire-0_3-0',
  },
  portal: {
    apt: 'xdg-desktop-portal xdg-desktop-portal-gtk',
    dnf: 'xdg-desktop-portal xdg-desktop-portal-gtk',
    pacman: 'xdg-desktop-portal xdg-desktop-portal-gtk',
    zypper: 'xdg-desktop-portal xdg-desktop-portal-gtk',
  },
  turboJpeg: { apt: 'libturbojpeg0', dnf: 'turbojpeg', pacman: 'libjpeg-turbo', zypper: 'libturbojpeg0' },
} as const satisfies Readonly<Record<string, Readonly<Record<PackageManager, string>>>>;

/** Something that a package brings. */
export type Installable = keyof typeof PACKAGES;

/** The command that installs it here; none where the package manager is not known. */
export function installCommand(facts: Facts, what: Installable): string[] {
  const { packageManager, kernelRelease } = facts.system;
  if (packageManager === null) return [];
  const packages = PACKAGES[what][packageManager].replaceAll('KERNEL', kernelRelease);
  return [asRoot(facts, `${INSTALL[packageManager]} ${packages}`)];
}
