import { addMs } from './clock.ts';

export interface RotationPolicy {
  /** Time that a key signs before the next key replaces it. */
  readonly rotationMs: number;
  /** Time that a key is published before it signs, so that every verifier knows it by then. */
  readonly leadMs: number;
  /** Time that a key stays published after it stopped signing: longer than its tokens are valid. */
  readonly overlapMs: number;
}

export interface PlannedKey {
  readonly id: string;
  readonly activeAt: Date;
}

export interface RotationPlan {
  /** The current signing key; null only before the first key. */
  readonly signing: string | null;
  /** Keys in the current JWKS. */
  readonly published: readonly string[];
  /** Keys whose tokens have all expired. */
  readonly expired: readonly string[];
  /** Activation time of a key to be created now; null if none is due. */
  readonly nextActiveAt: Date | null;
}

/** Plans the rotation at one moment. A pure function of the keys, the time and the policy. */
export function planRotation(keys: readonly PlannedKey[], now: Date, policy: RotationPolicy): RotationPlan {
  const ordered = keys.toSorted((a, b) => a.activeAt.getTime() - b.activeAt.getTime() || (a.id < b.id ? -1 : 1));
  const signingIndex = ordered.findLastIndex((key) => key.activeAt <= now);
  const stopped = (index: number) => {
    const successor = ordered[index + 1];
    return index < signingIndex && successor !== undefined && addMs(successor.activeAt, policy.overlapMs) <= now;
  };
  const newest = ordered.at(-1);
  return {
    signing: ordered[signingIndex]?.id ?? null,
    published: ordered.filter((_, index) => !stopped(index)).map((key) => key.id),
    expired: ordered.filter((_, index) => stopped(index)).map((key) => key.id),
    nextActiveAt: findNextActivation(newest, now, policy),
  };
}

function findNextActivation(newest: PlannedKey | undefined, now: Date, policy: RotationPolicy): Date | null {
  if (newest === undefined) return now;
  const due = addMs(newest.activeAt, policy.rotationMs - policy.leadMs);
  return now < due ? null : addMs(now, policy.leadMs);
}
