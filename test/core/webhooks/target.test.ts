import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetIssue } from '../../../src/core/webhooks/target.ts';

describe('the target of a webhook', () => {
  it.each([
    'https://example.com/hook',
    'https://example.com:443/hook',
    'https://example.com:8443/',
    'https://EXAMPLE.com./hook?token=1',
    'https://bücher.example.com/',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'https://[::ffff:93.184.216.34]/',
  ])('may be %s', (url) => {
    expect(targetIssue(url, false)).toBeUndefined();
  });

  it.each([
    // Loopback, in every spelling.
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.1./',
    'https://0x7f.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://127。0。0。1/',
    'https://127.0.0.1/',
    'https://127.255.255.254/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b:1::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    'https://localhost/',
    'https://localhost./',
    'https://LOCALHOST/',
    'https://a.localhost/',
    // Private, link-local, shared, unspecified.
    'https://0.0.0.0/',
    'https://0/',
    'https://[::]/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0xa9fea9fe/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[fd00:ec2::254]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    // Multicast, broadcast, reserved, documentation.
    'https://224.0.0.1/',
    'https://239.255.255.250/',
    'https://255.255.255.255/',
    'https://240.0.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://198.51.100.7/',
    'https://203.0.113.9/',
    'https://192.0.0.192/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://[100::1]/',
    'https://[4000::1]/',
    // Names that never lead to the public.
    'https://router/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://nas.home.arpa/',
  ])('is not public: %s', (url) => {
    expect(targetIssue(url, false)).toBe('public_host');
  });

  it.each([
    ['http://example.com/', 'https_url'],
    ['ftp://example.com/', 'https_url'],
    ['file:///etc/passwd', 'https_url'],
    ['javascript:alert(1)', 'https_url'],
    ['https://user@example.com/', 'url_userinfo'],
    ['https://user:secret@example.com/', 'url_userinfo'],
    ['https://example.com@127.0.0.1/', 'url_userinfo'],
    ['https://example.com:22/', 'url_port'],
    ['https://example.com:80/', 'url_port'],
    ['https://example.com:50809/', 'url_port'],
    ['example.com', 'url'],
    ['//example.com/', 'url'],
    ['https://', 'url'],
    ['https://1.2.3.4.5/', 'url'],
    ['https://256.256.256.256/', 'url'],
    ['https://[::ffff:7f00:1/', 'url'],
    ['https://fe80::1%25eth0/', 'url'],
    ['', 'url'],
  ])('is refused: %s (%s)', (url, issue) => {
    expect(targetIssue(url, false)).toBe(issue);
  });

  it('takes a tab or a line break in a host for what the URL parser makes of it', () => {
    expect(targetIssue('https://127.0.\n0.1/', false)).toBe('public_host');
    expect(targetIssue('https://local\thost/', false)).toBe('public_host');
  });

  it('opens http and loopback for development, and nothing else', () => {
    for (const url of [
      'http://localhost:3000/hook',
      'http://127.0.0.1:9000/',
      'http://[::1]:9000/',
      'https://localhost:3000/',
      'http://example.com/',
    ]) {
      expect(targetIssue(url, true), url).toBeUndefined();
    }
    for (const url of [
      'http://10.0.0.1/',
      'http://169.254.169.254/',
      'http://0.0.0.0:3000/',
      'http://[::ffff:10.0.0.1]/',
      'http://router/',
    ]) {
      expect(targetIssue(url, true), url).toBe('public_host');
    }
    expect(targetIssue('http://example.com:3000/', true)).toBe('url_port');
    expect(targetIssue('http://user@localhost/', true)).toBe('url_userinfo');
    expect(targetIssue('ftp://localhost/', true)).toBe('https_url');
  });

  it('refuses every address of a private range, however it is written', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const address = fc.oneof(
      fc.tuple(fc.constant(10), octet, octet, octet),
      fc.tuple(fc.constant(127), octet, octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    );
    const spellings: ((octets: number[]) => string)[] = [
      (octets) => octets.join('.'),
      (octets) => `${octets.join('.')}.`,
      (octets) => octets.map((part) => `0x${part.toString(16)}`).join('.'),
      (octets) => octets.map((part) => `0${part.toString(8)}`).join('.'),
      ([a = 0, b = 0, c = 0, d = 0]) => String(((a * 256 + b) * 256 + c) * 256 + d),
      ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${(b * 256 + c) * 256 + d}`,
      (octets) => `[::ffff:${octets.join('.')}]`,
    ];
    fc.assert(
      fc.property(address, fc.constantFrom(...spellings), fc.boolean(), (octets, spell, allowPrivate) => {
        const isAllowed = allowPrivate && octets[0] === 127;
        expect(targetIssue(`https://${spell(octets)}/`, allowPrivate)).toBe(
          isAllowed ? undefined : 'public_host',
        );
      }),
    );
  });
});
