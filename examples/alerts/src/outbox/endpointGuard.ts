/** Push endpoints are addresses that users name: the server calls them over https only, and only outside its own network, whatever their names resolve to. */
import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

/** Special-purpose addresses (RFC 6890 and its registry): private, shared, loopback, link-local, documentation, benchmarks, multicast, reserved. */
const SPECIAL_V4 = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const;
/** Within the addresses that are public at all, 2000::/3: protocol assignments, documentation, and 6to4, which holds an IPv4 address. */
const SPECIAL_V6 = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const;

const special = new BlockList();
for (const [net, prefix] of SPECIAL_V4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of SPECIAL_V6) special.addSubnet(net, prefix, 'ipv6');
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address lies outside every network of one's own. */
export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4: return !special.check(address, 'ipv4');
    case 6: return publicV6.check(address, 'ipv6') && !special.check(address, 'ipv6');
    default: return false;
  }
}

/** Why an endpoint is refused before any name is resolved; undefined where it is not. */
export function refusal(endpoint: string, allowPrivate = false): string | undefined {
  if (!URL.canParse(endpoint)) return 'is no address';
  const { protocol, hostname, username, password } = new URL(endpoint);
  if (protocol !== 'https:') return 'is not https';
  if (username !== '' || password !== '') return 'holds a name or password';
  const literal = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(literal) !== 0 && !allowPrivate && !isPublic(literal) ? 'lies in a network that is not public' : undefined;
}

/** For the agent's sockets: resolves as ever, and fails where any of the addresses is not public. What was checked is what is connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) { callback(error, ''); return; }
    const first = addresses[0];
    if (!first || addresses.some(({ address }) => !isPublic(address))) { callback(new Error(`${hostname} lies in a network that is not public`), ''); return; }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
