import type { CacheHint, CachePolicy } from '@apollo/cache-control-types';

/** For how long, and for whom, an answer may be kept: the least that any part of it allows. */
export class OverallCachePolicy implements CachePolicy {
  maxAge: number | undefined;
  scope: CachePolicy['scope'];

  restrict({ maxAge, scope }: CacheHint): void {
    if (maxAge !== undefined && (this.maxAge === undefined || maxAge < this.maxAge)) this.maxAge = maxAge;
    if (scope !== undefined && this.scope !== 'PRIVATE') this.scope = scope;
  }

  replace({ maxAge, scope }: CacheHint): void {
    if (maxAge !== undefined) this.maxAge = maxAge;
    if (scope !== undefined) this.scope = scope;
  }

  /** @param header a subgraph's `Cache-Control`; one that says nothing forbids to keep its answer */
  restrictBy(header: string | undefined): void {
    const said = new Map(
      (header ?? '').split(',').map((part) => {
        const [name = '', value = ''] = part.trim().toLowerCase().split('=');
        return [name, value] as const;
      }),
    );
    const maxAge = said.get('max-age') ?? '';
    const isKept = /^\d+$/.test(maxAge) && !said.has('no-store') && !said.has('no-cache');
    this.restrict({
      maxAge: isKept ? Number(maxAge) : 0,
      ...(said.has('private') ? { scope: 'PRIVATE' } : said.has('public') ? { scope: 'PUBLIC' } : {}),
    });
  }

  policyIfCacheable(): Required<CacheHint> | null {
    return this.maxAge ? { maxAge: this.maxAge, scope: this.scope ?? 'PUBLIC' } : null;
  }
}
