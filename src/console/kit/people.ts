/** What a row says of somebody: rows of history and totals name people, the list of who is on also identifies them. */
export interface Named {
  readonly accId: string;
  readonly name?: string | null;
  readonly identifiers?: readonly { readonly type: string; readonly value: string }[];
}

export const nameOf = (row: Named): string | undefined =>
  row.name ?? row.identifiers?.find(({ type }) => type === 'username')?.value ?? undefined;
