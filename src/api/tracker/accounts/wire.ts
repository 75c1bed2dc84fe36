import * as v from 'valibot';
import type { Account } from '../../../core/accounts/account.ts';
import {
  IDENTIFIER_KINDS,
  type Identifier,
  type IdentifierKind,
} from '../../../core/accounts/identifiers.ts';
import { dateTime, uuid } from '../../kit/fields.ts';
import { isoOrNull } from '../../wire/access.ts';

export const accountParams = v.object({ accountId: uuid });

/** The fields by which the public clients of this API know an account. */
export const accountSchema = () =>
  v.object({
    accId: v.string(),
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

export const identifierSchema = () => v.object({ type: v.picklist(IDENTIFIER_KINDS), value: v.string() });

export const accountDetailsSchema = () =>
  v.object({
    ...accountSchema().entries,
    joinDate: dateTime(),
    lastLogin: v.nullable(dateTime()),
    identifiers: v.array(identifierSchema()),
  });

export const ACCOUNT_EXAMPLE = {
  accId: '00000000-0000-0000-0000-000000000000',
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

export const IDENTIFIERS_EXAMPLE = [
  { type: 'accId', value: '00000000-0000-0000-0000-000000000000' },
  { type: 'apiId', value: 'steam:110000112345678' },
  { type: 'discord', value: '1234567890' },
  { type: 'uniqueId', value: '1001' },
  { type: 'username', value: 'ExampleAccount' },
];

export const ACCOUNT_DETAILS_EXAMPLE = WITH_DOCS && {
  ...ACCOUNT_EXAMPLE,
  joinDate: '2026-04-01T00:00:00.000Z',
  lastLogin: '2026-04-15T00:00:00.000Z',
  identifiers: IDENTIFIERS_EXAMPLE,
};

/** Rollcall neither bans nor archives accounts and knows no TeamSpeak: those fields are always the same. */
export const toAccountWire = ({ id, identifiers }: Account) => {
  const valuesOf = (wanted: IdentifierKind) =>
    identifiers.filter(({ kind }) => kind === wanted).map(({ value }) => value);
  const [username = null] = valuesOf('username');
  const [uniqueId] = valuesOf('uniqueId');
  return {
    accId: id,
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

export const toAccountDetailsWire = (account: Account) => ({
  ...toAccountWire(account),
  joinDate: isoOrNull(account.createdAt),
  lastLogin: isoOrNull(account.lastStartedAt),
  identifiers: account.identifiers.map(toIdentifierWire),
});

export const toIdentifierWire = ({ kind, value }: Identifier) => ({ type: kind, value });

/** An integer came as a number and goes as one. */
const toUniqueId = (value: string): string | number =>
  String(Number.parseInt(value, 10)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
