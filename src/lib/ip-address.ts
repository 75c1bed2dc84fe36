/** Addresses of hosts. The runtime's URL parser reads their spellings (WHATWG URL, "host parsing"); here is what they mean. */

/** The bits of an IPv4 address, 32 characters `0` and `1`; undefined for a text that is none in the usual form. */
const bitsOfIpv4 = (text: string): string | undefined => {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte < 256) ? bytes.map((byte) => toBits(byte, 8)).join('') : undefined;
};

/** The bits of an IPv6 address, 128 of them; undefined for a text that is none. */
const bitsOfIpv6 = (text: string): string | undefined => {
  if (!/^[\da-f:.]+$/i.test(text)) return undefined;
  const host = URL.parse(`http://[${text}]`)?.hostname;
  if (host === undefined) return undefined;
  const [left = [], right = []] = host
    .slice(1, -1)
    .split('::')
    .map((side) => (side === '' ? [] : side.split(':')));
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => toBits(Number.parseInt(group, 16), 16)).join('');
};

const toBits = (value: number, length: number): string => value.toString(2).padStart(length, '0');

/** An IPv6 address that stands for an IPv4 one: `::ffff:0:0/96`. */
const MAPPED = '0'.repeat(80) + '1'.repeat(16);

/** The bits of an address, 32 or 128; those of an IPv4-mapped one are of the IPv4 address that it stands for. */
export const addressBits = (text: string): string | undefined => {
  const bits = text.includes(':') ? bitsOfIpv6(text) : bitsOfIpv4(text);
  return bits?.length === 128 && bits.startsWith(MAPPED) ? bits.slice(MAPPED.length) : bits;
};

/** The first bits that all addresses of a network have: `10.0.0.0/8`. */
const prefixOf = (network: string): string => {
  const [address = '', length] = network.split('/');
  return addressBits(address)?.slice(0, Number(length)) ?? '';
};

/** Special-purpose networks of IPv4 (RFC 6890 and its registry, multicast, what is reserved), but loopback. */
const PRIVATE_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
].map(prefixOf);
const LOOPBACK_IPV4 = prefixOf('127.0.0.0/8');

/** Those of IPv6 within 2000::/3. Nothing is assigned outside of it: there `::7f00:1`, the deprecated IPv4-compatible form, would hide. */
const PRIVATE_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'].map(
  prefixOf,
);
const GLOBAL_IPV6 = prefixOf('2000::/3');
const LOOPBACK_IPV6 = prefixOf('::1/128');

/** Whether an address leads out into the internet, to this machine, or to where nobody else can look. */
export const addressKind = (bits: string): 'public' | 'loopback' | 'private' => {
  const isIn = (networks: readonly string[]) => networks.some((prefix) => bits.startsWith(prefix));
  const isIpv4 = bits.length === 32;
  if (isIn([isIpv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6])) return 'loopback';
  const isPublic = isIpv4 ? !isIn(PRIVATE_IPV4) : isIn([GLOBAL_IPV6]) && !isIn(PRIVATE_IPV6);
  return isPublic ? 'public' : 'private';
};

/** The network of an IPv6 address that one subscriber has, as text: `2001:db8:1:2::/64`. */
export const networkOf = (bits: string): string => {
  const groups = [0, 16, 32, 48].map((start) =>
    Number.parseInt(bits.slice(start, start + 16), 2).toString(16),
  );
  return `${groups.join(':')}::/64`;
};

/** The usual form of the bits of an IPv4 address. */
export const ipv4Of = (bits: string): string =>
  [0, 8, 16, 24].map((start) => Number.parseInt(bits.slice(start, start + 8), 2)).join('.');
