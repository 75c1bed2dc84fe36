import * as v from 'valibot';
import type { Account, DatedIdentifier, IdentifierConflict } from '../../../core/accounts/account.ts';
import type { IdentifierKind, NotedIdentifier } from '../../../core/accounts/identifiers.ts';
import { sha256Hex } from '../../../lib/crypto.ts';
import { dateTime, uuid } from '../../kit/fields.ts';
import { isoOrNull } from '../../wire/access.ts';

export const accountParams = v.object({ accountId: uuid });

/** The fields by which the public clients of this API know an account, and its `name`. */
export const accountSchema = () =>
  v.object({
    accId: v.string(),
    name: v.nullable(v.string()),
    uniqueId: v.nullable(v.union([v.number(), v.string()])),
    accName: v.nullable(v.string()),
    comName: v.nullable(v.string()),
    activeApiIds: v.array(v.string()),
    discordId: v.nullable(v.string()),
    sysStatus: v.boolean(),
    comStatus: v.boolean(),
    archived: v.boolean(),
    banned: v.boolean(),
    teamspeakId: v.nullable(v.string()),
  });

/** An identifier as clients register it. */
export const identifierSchema = () => v.object({ type: v.string(), value: v.string() });

/** An identifier as the source lists it. What Rollcall has nothing to say of is always the same. */
export const identifierEntitySchema = () =>
  v.object({
    id: v.string(),
    accId: v.string(),
    type: v.string(),
    value: v.string(),
    refCount: v.number(),
    verified: v.boolean(),
    metadata: v.object({}),
    flagId: v.null(),
    createdAt: dateTime(),
    updatedAt: v.null(),
  });

export const accountDetailsSchema = () =>
  v.object({
    ...accountSchema().entries,
    joinDate: dateTime(),
    lastLogin: v.nullable(dateTime()),
    owner: v.boolean(),
    names: v.array(v.object({ name: v.string(), since: dateTime() })),
    identifiers: v.object({ idents: v.array(identifierEntitySchema()) }),
    conflicts: v.array(
      v.object({ type: v.string(), value: v.string(), accId: v.string(), seenAt: dateTime() }),
    ),
    ranks: v.array(v.string()),
    profileFields: v.object({ data: v.array(v.unknown()) }),
    clockData: v.object({ data: v.array(v.unknown()) }),
  });

export const ACCOUNT_EXAMPLE = {
  accId: '00000000-0000-0000-0000-000000000000',
  name: 'ExampleAccount',
  uniqueId: 1001,
  accName: 'ExampleAccount',
  comName: 'ExampleAccount',
  activeApiIds: ['steam:110000112345678'],
  discordId: '1234567890',
  sysStatus: true,
  comStatus: true,
  archived: false,
  banned: false,
  teamspeakId: null,
};

export const IDENTIFIER_EXAMPLE = {
  id: '55555555-5555-8555-8555-555555555555',
  accId: '00000000-0000-0000-0000-000000000000',
  type: 'discord',
  value: '1234567890',
  refCount: 1,
  verified: true,
  metadata: {},
  flagId: null,
  createdAt: '2026-04-15T00:00:00.000Z',
  updatedAt: null,
};

export const ACCOUNT_DETAILS_EXAMPLE = WITH_DOCS && {
  ...ACCOUNT_EXAMPLE,
  joinDate: '2026-04-01T00:00:00.000Z',
  lastLogin: '2026-04-15T00:00:00.000Z',
  owner: false,
  names: [{ name: 'ExampleAccount', since: '2026-04-01T00:00:00.000Z' }],
  identifiers: { idents: [IDENTIFIER_EXAMPLE] },
  conflicts: [],
  ranks: [],
  profileFields: { data: [] },
  clockData: { data: [] },
};

/** Rollcall neither bans nor archives accounts and knows no TeamSpeak: those fields are always the same. */
export const toAccountWire = ({ id, name, names, identifiers }: Account) => {
  const valuesOf = (wanted: IdentifierKind) =>
    identifiers.filter(({ kind }) => kind === wanted).map(({ value }) => value);
  const [uniqueId] = valuesOf('uniqueId');
  const username = names[0]?.name ?? null;
  return {
    accId: id,
    name,
    uniqueId: uniqueId === undefined ? null : toUniqueId(uniqueId),
    accName: username,
    comName: username,
    activeApiIds: valuesOf('apiId'),
    discordId: valuesOf('discord')[0] ?? null,
    sysStatus: true,
    comStatus: true,
    archived: false,
    banned: false,
    teamspeakId: null,
  };
};

/** It has no ranks, profile fields and clock-ins: their lists are empty. */
export const toAccountDetailsWire = async (
  account: Account & { readonly conflicts: readonly IdentifierConflict[] },
) => ({
  ...toAccountWire(account),
  joinDate: isoOrNull(account.createdAt),
  lastLogin: isoOrNull(account.lastStartedAt),
  owner: false,
  names: account.names.map(({ name, since }) => ({ name, since: isoOrNull(since) })),
  identifiers: { idents: await toIdentifierEntities(account.id, account.identifiers) },
  conflicts: account.conflicts.map(({ kind, value, ownerId, seenAt }) => ({
    type: kind,
    value,
    accId: ownerId,
    seenAt: isoOrNull(seenAt),
  })),
  ranks: [],
  profileFields: { data: [] },
  clockData: { data: [] },
});

export const toIdentifierWire = ({ kind, value }: NotedIdentifier) => ({ type: kind, value });

export const toIdentifierEntities = (accountId: string, identifiers: readonly DatedIdentifier[]) =>
  Promise.all(
    identifiers.map(async ({ kind, value, createdAt }) => ({
      id: await entityId(accountId, kind, value),
      accId: accountId,
      type: kind,
      value,
      refCount: 1,
      // A server of the community said so, with its key.
      verified: true,
      metadata: {},
      flagId: null,
      createdAt: isoOrNull(createdAt),
      updatedAt: null,
    })),
  );

/** An id that is the same for the same identifier of an account: a UUID of version 8 (RFC 9562). */
const entityId = async (...parts: string[]): Promise<string> => {
  const hex = await sha256Hex(JSON.stringify(parts));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** An integer came as a number and goes as one. */
const toUniqueId = (value: string): string | number =>
  String(Number.parseInt(value, 10)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
