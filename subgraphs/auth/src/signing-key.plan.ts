import { addMs } from './clock.ts';

export interface RotationPolicy {
  /** How long a key signs before the next takes over. */
  readonly rotationMs: number;
  /** How long a key is published before it signs, so that every verifier has it by then. */
  readonly leadMs: number;
  /** How long a key stays published after it stopped signing: longer than any token it signed lives. */
  readonly overlapMs: number;
}

export interface PlannedKey {
  readonly id: string;
  readonly activeAt: Date;
}

export interface RotationPlan {
  /** Signs now; null only before the first key. */
  readonly signing: string | null;
  /** In the JWKS now. */
  readonly published: readonly string[];
  /** Verifies nothing any more. */
  readonly expired: readonly string[];
  /** When the key to be made now becomes active; null when none is due. */
  readonly nextActiveAt: Date | null;
}

/** What to do with the keys at one moment: a pure function of the keys, the time and the policy. */
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
