import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';

/** Strategies for choosing a host's address, by Apollo Router's names. */
export const DNS_RESOLUTION_STRATEGIES = [
  'ipv4_only',
  'ipv6_only',
  'ipv4_and_ipv6',
  'ipv6_then_ipv4',
  'ipv4_then_ipv6',
] as const;
export type DnsResolutionStrategy = (typeof DNS_RESOLUTION_STRATEGIES)[number];

/** Address families in the order of the lookups; 0 looks up both. */
const FAMILIES: Readonly<Record<DnsResolutionStrategy, readonly (0 | 4 | 6)[]>> = {
  ipv4_only: [4],
  ipv6_only: [6],
  ipv4_and_ipv6: [0],
  ipv6_then_ipv4: [6, 4],
  ipv4_then_ipv6: [4, 6],
};

/** Resolves the addresses of a host. @throws the resolver's error if it has no address of the strategy's families */
export async function resolveHost(host: string, strategy: DnsResolutionStrategy): Promise<LookupAddress[]> {
  const families = FAMILIES[strategy];
  for (const family of families.slice(0, -1)) {
    // The next family is tried; the last one's failure is thrown below.
    const found = await lookup(host, { all: true, family }).catch((): LookupAddress[] => []);
    if (found.length > 0) return found;
  }
  return lookup(host, { all: true, family: families.at(-1)! });
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** Creates a lookup function for `net.connect`, in place of `dns.lookup`. */
export function createLookup(strategy: DnsResolutionStrategy) {
  return (host: string, options: LookupOptions, callback: LookupCallback): void => {
    resolveHost(host, strategy).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, options.all ? [] : ''),
    );
  };
}
