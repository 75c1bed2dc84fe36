import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { addressBits, addressKind, ipv4Of, networkOf } from '../../src/lib/ip-address.ts';

/** What a library that knows every registry says of an address. */
const expectedKind = (text: string) => {
  // As the URL parser writes it: of `::1.2.3.4` the library makes the IPv4 address, which nothing has routed for decades.
  const isIpv6 = text.includes(':');
  const address = ipaddr.process(isIpv6 ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text);
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  const isGlobal = address instanceof ipaddr.IPv4 || address.match(ipaddr.IPv6.parseCIDR('2000::/3'));
  return range === 'unicast' && isGlobal ? 'public' : 'private';
};
const kindOf = (text: string) => addressKind(addressBits(text) ?? '');

/** The first and the last address of each network that the library knows, and those beside them. */
const edges = (): string[] => {
  const networks = [ipaddr.IPv4, ipaddr.IPv6].flatMap((kind) =>
    Object.values(Reflect.get(kind.prototype, 'SpecialRanges') as Record<string, unknown>).flatMap(
      (ranges) => {
        const list = Array.isArray((ranges as unknown[])[0]) ? ranges : [ranges];
        return list as [ipaddr.IPv4 | ipaddr.IPv6, number][];
      },
    ),
  );
  return [...networks, [ipaddr.IPv6.parse('2000::'), 3] as const].flatMap(([address, length]) => {
    const bytes = address.toByteArray();
    const size = BigInt(bytes.length * 8);
    const first = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const last = first | ((1n << (size - BigInt(length))) - 1n);
    return [first - 1n, first, last, last + 1n]
      .filter((value) => value >= 0n && value < 1n << size)
      .map((value) => {
        const hex = value.toString(16).padStart(bytes.length * 2, '0');
        return ipaddr
          .fromByteArray([...(hex.match(/../g) ?? [])].map((byte) => Number.parseInt(byte, 16)))
          .toString();
      });
  });
};

describe('the kind of an address', () => {
  it('is that of the registries at both ends of every network, and beside them', () => {
    const all = edges();
    expect(all.length).toBeGreaterThan(150);
    expect(all.filter((text) => kindOf(text) !== expectedKind(text))).toEqual([]);
    expect(new Set(all.map(kindOf))).toEqual(new Set(['public', 'loopback', 'private']));
  });

  it('is that of the registries for any address', () => {
    const group = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0, 1, 0xffff, 0x2001, 0x2002, 0x3fff, 0x7f00),
    );
    const ipv6 = fc
      .array(group, { minLength: 8, maxLength: 8 })
      .map((groups) => new ipaddr.IPv6(groups).toString());
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          ipv6,
          fc.ipV4().map((text) => `::ffff:${text}`),
        ),
        (text) => {
          expect(kindOf(text)).toBe(expectedKind(text));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it.each([
    '',
    'example.com',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    '::g',
    '1::2::3',
    '::1]/[',
    '::1%eth0',
    ':',
    'fe80::1/64',
    '1:2',
  ])('is none where there is no address: %j', (text) => {
    expect(addressBits(text)).toBeUndefined();
  });

  it('is written as the network of a subscriber, or as the address itself', () => {
    expect(networkOf(addressBits('2001:DB8:1:2:3:4:5:6') ?? '')).toBe('2001:db8:1:2::/64');
    expect(ipv4Of(addressBits('::ffff:198.51.100.7') ?? '')).toBe('198.51.100.7');
  });
});
