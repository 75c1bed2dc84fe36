import ipaddr from 'ipaddr.js';

/** Why a URL is no place to send a webhook to. */
export type TargetIssue = 'url' | 'https_url' | 'url_userinfo' | 'url_port' | 'public_host';

/** The format that a URL of Discord's or Slack's takes; undefined for any other host. */
export const channelFormatOf = (text: string): 'discord' | 'slack' | undefined => {
  const { hostname, pathname } = new URL(text);
  if (hostname === 'hooks.slack.com') return 'slack';
  if (!/(^|\.)discord(app)?\.com$/.test(hostname)) return undefined;
  // Discord takes Slack's format, too, at an address of its own.
  return /\/slack\/?$/.test(pathname) ? 'slack' : 'discord';
};

const PORTS: readonly string[] = ['', '443', '8443'];

/** Special-use names that never lead to a public host (RFC 6761, 6762, 7686, 8375, 9476; ICANN's `internal`). */
const PRIVATE_NAMES =
  /(^|\.)(localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa|onion|alt|invalid|test|example)$/;

/**
 * What keeps a URL from being a webhook's target; undefined if nothing does. The URL parser has already turned every
 * spelling of an address into one (WHATWG URL, "host parsing"): `127.1`, `0x7f.1`, `2130706433` are all `127.0.0.1`.
 * `allowPrivate` opens http and loopback, for development; nothing else. What a name resolves to is not known here:
 * see SECURITY.md, "DNS rebinding".
 */
export const targetIssue = (text: string, allowPrivate: boolean): TargetIssue | undefined => {
  const url = URL.parse(text);
  if (!url) return 'url';
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) return 'https_url';
  if (url.username !== '' || url.password !== '') return 'url_userinfo';
  const kind = hostKind(url.hostname);
  if (allowPrivate && kind === 'loopback') return undefined;
  if (kind !== 'public') return 'public_host';
  // http is open here only where `allowPrivate` said so, and its default port shows as none.
  return PORTS.includes(url.port) ? undefined : 'url_port';
};

const hostKind = (hostname: string): 'public' | 'loopback' | 'private' => {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (ipaddr.isValid(host)) return addressKind(ipaddr.process(host));
  if (/(^|\.)localhost$/.test(host)) return 'loopback';
  // A name of one label is looked up in the resolver's own domain.
  return host.includes('.') && !PRIVATE_NAMES.test(host) ? 'public' : 'private';
};

/** Of an IPv4-mapped address, `ipaddr.process` has made the IPv4 address that it stands for. */
const addressKind = (address: ipaddr.IPv4 | ipaddr.IPv6): 'public' | 'loopback' | 'private' => {
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  if (range !== 'unicast') return 'private';
  // Outside 2000::/3 nothing is assigned: there is where `::7f00:1`, the deprecated IPv4-compatible form, would hide.
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast()) ? 'public' : 'private';
};

/** Parsed when it is asked for: at the start of an isolate it would cost half a millisecond. */
const globalUnicast = () => ipaddr.IPv6.parseCIDR('2000::/3');
