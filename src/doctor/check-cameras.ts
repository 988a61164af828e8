import { describeHolders } from '../system/device-holders.js';
import type { Facts, VideoNode } from './facts.js';
import { asRoot, type Finding, fine, listOf, problem } from './finding.js';

/** The webcams, and the right to open video devices at all. */
export function checkCameras(facts: Facts): Finding[] {
  const closed = facts.videoNodes.filter(({ refusal }) => refusal === 'EACCES' || refusal === 'EPERM');
  const findings = closed.length > 0 ? [noPermission(facts, closed)] : [];
  const cameras = facts.videoNodes.filter(({ kind }) => kind === 'camera');
  if (cameras.length === 0) return [...findings, noCamera(facts)];
  return [...findings, ...cameras.filter((camera) => !closed.includes(camera)).map(checkCamera)];
}

/** The webcams that can be opened by this user now. */
export function usableCameras({ videoNodes }: Pick<Facts, 'videoNodes'>): VideoNode[] {
  return videoNodes.filter(({ kind, refusal }) => kind === 'camera' && refusal === null);
}

function noPermission(facts: Facts, nodes: readonly VideoNode[]): Finding {
  const { user } = facts;
  const groups = [...new Set(nodes.map(({ group }) => group))];
  const missing = groups.filter((group) => !user.configuredGroups.includes(group));
  const told = {
    id: 'video-permission',
    severity: 'error' as const,
    title: `You may not open ${listOf(nodes.map(({ path }) => path))}`,
  };
  if (missing.length === 0) {
    return problem({
      ...told,
      found: `${user.name} is in the group ${listOf(groups)}, but this session began before that.`,
      advice: 'Log out and in again.',
    });
  }
  if (missing.includes('root')) {
    // Membership of root's own group would give away more than a camera.
    return problem({
      ...told,
      found: 'Only root may: their rules did not give them to a group.',
      advice: 'Have udev apply its rules again, which give video devices to the group "video":',
      fix: [asRoot(facts, 'udevadm trigger --subsystem-match=video4linux --action=add')],
    });
  }
  return problem({
    ...told,
    found: `Only root and the group ${listOf(missing)} may, and ${user.name} is not in it.`,
    advice: 'Then log out and in again.',
    fix: missing.map((group) => asRoot(facts, `usermod -aG ${group} ${user.name}`)),
    isSafeToRun: true,
  });
}

function noCamera({ videoNodes }: Facts): Finding {
  return problem({
    id: 'camera-none',
    title: 'No webcam',
    found: videoNodes.length === 0 ? 'There is no /dev/video* at all.' : 'None of the /dev/video* is a webcam.',
    advice: 'Plug one in, or switch it on: some laptops have a key or a slider for it. mien plays its demo until then.',
  });
}

function checkCamera(camera: VideoNode): Finding {
  const { path, name, refusal, holders } = camera;
  const others = holders.filter(({ command }) => command !== 'mien');
  const who = describeHolders(others);
  if (refusal === 'EBUSY' || who !== null) {
    return problem({
      id: 'camera-busy',
      title: `${name} is used by ${who ?? 'another program'}`,
      found: `${path} gives its picture to one program at a time.`,
      advice: `Close ${who ?? 'that program'}, or pick "mien" as its camera.`,
    });
  }
  if (refusal !== null) {
    return problem({
      id: 'camera-failed',
      title: `${path} cannot be opened`,
      found: `Opening it fails with ${refusal}.`,
      advice: 'Unplug the camera and plug it in again.',
    });
  }
  return fine('camera', name, path);
}
