import type { Viewer } from '@vibecode/platform/identity';
import { hasScope } from '@vibecode/platform/scope';

/** As `requireScope` for reading, where what may not be seen is null. */
export function canRead(viewer: Viewer | null): viewer is Viewer {
  return viewer !== null && hasScope(viewer, 'generation:read');
}
