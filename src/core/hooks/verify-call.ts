import {
  constantTimeEqual,
  fromBase64,
  fromHex,
  hmac,
  sha256Hex,
  toBase64,
  toHex,
  verifyEd25519,
} from '../../lib/crypto.ts';
import type { InboundCall, Refusal, UnverifiedReason } from './model.ts';
import type { Proof, SignatureProof, TokenProof } from './senders/sender.ts';

/** How far the sender's clock may be off, or its message old (Standard Webhooks, "Verifying timestamp"). */
const TOLERANCE_SECONDS = 300;

type Unverified = Refusal & { readonly reason: UnverifiedReason };

const encoder = new TextEncoder();

/**
 * What keeps a call from proving that its sender knows one of the secrets; undefined if nothing does. Checked over the
 * raw bytes, in constant time. The secrets are as `storedSecret` made them, `now` in epoch milliseconds. (The senders'
 * own libraries sign texts only, and go by a clock of their own; the tests hold this against them.)
 */
export const verifyCall = async (
  { proof, idHeader }: { readonly proof: Proof; readonly idHeader?: string | undefined },
  secrets: readonly string[],
  call: InboundCall,
  now: number,
): Promise<Unverified | undefined> =>
  proof.algorithm === 'token'
    ? verifyToken(proof, secrets, call)
    : verifySignature(proof, idHeader, secrets, call, now);

const verifyToken = async (
  { header, parameter, prefix }: TokenProof,
  secrets: readonly string[],
  call: InboundCall,
): Promise<Unverified | undefined> => {
  const subject = parameter ?? header ?? 'authorization';
  const presented = parameter ? new URL(call.url).searchParams.get(parameter) : call.header(subject);
  const hasPrefix = presented?.toLowerCase().startsWith(prefix.toLowerCase()) === true;
  // A client that can only put a name and a password into a URL sends them as `Basic`.
  const token = hasPrefix
    ? presented?.slice(prefix.length)
    : header === 'authorization' && prefix === 'Bearer '
      ? tokenOfBasic(presented)
      : undefined;
  const hash = await sha256Hex(token ?? '');
  const isGenuine = secrets.map((secret) => constantTimeEqual(hash, secret)).includes(true);
  if (presented === null) return { reason: parameter ? 'parameter_missing' : 'header_missing', subject };
  return token && isGenuine ? undefined : { reason: 'token_mismatch', subject };
};

/** The password of `Basic` credentials, or the name where there is none. */
const tokenOfBasic = (presented: string | null): string | undefined => {
  const bytes = fromBase64(/^Basic +(\S+)$/i.exec(presented ?? '')?.[1] ?? '');
  if (!bytes) return undefined;
  const [, name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(new TextDecoder().decode(bytes)) ?? [];
  return password || name;
};

const verifySignature = async (
  proof: SignatureProof,
  idHeader: string | undefined,
  secrets: readonly string[],
  call: InboundCall,
  now: number,
): Promise<Unverified | undefined> => {
  const { header, prefix, separator, timestamp, signed } = proof;
  const time = signedTimeOf(proof, call.header);
  const id = idHeader === undefined ? null : call.header(idHeader);
  const bytes = await signedBytes(signed, { call, id: id ?? '', timestamp: time ?? '' });
  const presented = partsOf(call.header(header), separator, prefix);
  const isGenuine = await Promise.all(secrets.map((secret) => isSigned(proof, secret, bytes, presented)));

  const missing = [
    ...(signed.includes('{id}') && !id ? [idHeader] : []),
    ...(timestamp && !time ? [timestamp.header] : []),
    ...(call.header(header) ? [] : [header]),
  ][0];
  if (missing !== undefined) return { reason: 'header_missing', subject: missing };
  if (timestamp && !/^\d{1,12}$/.test(time ?? '')) {
    return { reason: 'timestamp_invalid', subject: timestamp.header };
  }
  if (!isGenuine.includes(true)) return { reason: 'signature_mismatch', subject: header };
  if (!timestamp) return undefined;
  const ageSeconds = Math.floor(now / 1000) - Number(time);
  if (Math.abs(ageSeconds) <= TOLERANCE_SECONDS) return undefined;
  const reason = ageSeconds > 0 ? 'timestamp_too_old' : 'timestamp_too_new';
  return { reason, subject: timestamp.header, limits: [TOLERANCE_SECONDS] };
};

/** The time that a call is signed with, as it stands there; undefined where the sender signs none. */
export const signedTimeOf = (proof: Proof, header: InboundCall['header']): string | undefined => {
  if (proof.algorithm === 'token' || !proof.timestamp) return undefined;
  const { header: name, prefix = '' } = proof.timestamp;
  const value = header(name);
  return name === proof.header ? partsOf(value, proof.separator, prefix)[0] : (value ?? undefined);
};

/** The parts of a header that begin with `prefix`, without it. */
const partsOf = (value: string | null, separator: string | undefined, prefix: string): string[] =>
  (separator === undefined ? [value ?? ''] : (value ?? '').split(separator)).flatMap((part) => {
    const text = separator === undefined ? part : part.trim();
    return text.toLowerCase().startsWith(prefix.toLowerCase()) ? [text.slice(prefix.length)] : [];
  });

/** Several signatures come while the sender changes its secret. */
const isSigned = async (
  { algorithm, encoding, secret: form }: SignatureProof,
  secret: string,
  bytes: Uint8Array,
  presented: readonly string[],
): Promise<boolean> => {
  if (algorithm === 'ed25519') {
    const key = fromHex(secret);
    const signature = fromHex(presented[0] ?? '');
    return key !== undefined && signature !== undefined && verifyEd25519(key, signature, bytes);
  }
  const key = form === 'base64' ? standardKey(secret) : encoder.encode(secret);
  if (!key) return false;
  const mac = await hmac(algorithm === 'hmac-sha1' ? 'SHA-1' : 'SHA-256', key, bytes);
  const expected = encoding === 'hex' ? toHex(mac) : toBase64(mac);
  return presented
    .map((text) => constantTimeEqual(encoding === 'hex' ? text.toLowerCase() : text, expected))
    .includes(true);
};

const signedBytes = async (
  template: string,
  { call, id, timestamp }: { call: InboundCall; id: string; timestamp: string },
): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for (const part of template.split(/(\{\w+\})/)) {
    if (part === '{body}') parts.push(call.body);
    else if (part === '{form}') parts.push(encoder.encode(await signedForm(call)));
    else {
      const values: Readonly<Record<string, string>> = {
        '{id}': id,
        '{timestamp}': timestamp,
        '{url}': call.url,
      };
      parts.push(encoder.encode(values[part] ?? part));
    }
  }
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
};

/** See `SignatureProof.signed`. Of a body that is neither a form nor in the URL, something that nobody signs. */
const signedForm = async ({ header, body, url }: InboundCall): Promise<string> => {
  if (!/^application\/x-www-form-urlencoded/i.test(header('content-type') ?? '')) {
    return new URL(url).searchParams.get('bodySHA256')?.toLowerCase() === (await sha256Hex(body)) ? '' : '\0';
  }
  const form = new URLSearchParams(new TextDecoder().decode(body));
  return [...new Set(form.keys())]
    .sort()
    .flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
    .join('');
};

/** The key in a Standard Webhooks secret: base64, with or without `whsec_`; undefined where it is no base64. */
export const standardKey = (secret: string): Uint8Array | undefined =>
  fromBase64(secret.replace(/^whsec_/, ''));

/** What is stored of a secret: of a token its SHA-256; of others the secret itself. */
export const storedSecret = async ({ algorithm }: Proof, secret: string): Promise<string> =>
  algorithm === 'token' ? sha256Hex(secret) : secret;
