/** Everybody, or whom one looks for: by a name, or by what a platform calls them. */
import { useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { api, call, type Data } from '../../kit/api.ts';
import { usePages } from '../../kit/list.ts';
import { changeQuery, href } from '../../kit/route.ts';
import { Card, Name, shortId, TextField } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';
import { PageHead } from '../../ui/page.tsx';
import { Empty, NothingYet, Reading } from '../../ui/states.tsx';
import { MorePages, Table } from '../../ui/table.tsx';
import type { ScreenProps } from '../index.ts';

type Account = Data<'listAccounts'>['items'][number];
const TAKE = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What was typed is one of several things: each that it may be is asked for, and what is found is shown once. */
const search = async (text: string): Promise<Account[]> => {
  const find = async (query: Parameters<typeof searchBy>[0]) => (await searchBy(query)).items;
  if (UUID.test(text)) return find({ accId: text });
  const [byName, ...others] = await Promise.all([
    find({ username: text }),
    find({ apiId: text }),
    ...(/^\d{5,}$/.test(text) ? [find({ discord: text }), find({ uniqueId: text })] : []),
  ]);
  const found = new Map([...(byName ?? []), ...others.flat()].map((account) => [account.accId, account]));
  return [...found.values()];
};
const searchBy = (query: {
  accId?: string;
  apiId?: string;
  discord?: string;
  uniqueId?: string;
  username?: string;
}) => call(() => api.GET('/v2/community/accounts/search', { params: { query } }));

const listPage = async (cursor?: string) => {
  const { items, nextCursor } = await call(() =>
    api.GET('/v2/community/accounts', {
      params: { query: { take: TAKE, ...(cursor !== undefined && { cursor }) } },
    }),
  );
  return { items, nextCursor };
};

export const PeopleList = ({ route }: ScreenProps) => {
  const wanted = (route.query.q ?? '').trim();
  const [typed, setTyped] = useState(wanted);
  const key = wanted === '' ? 'people' : `people ${wanted}`;
  const list = usePages(key, async (cursor) =>
    wanted === '' ? listPage(cursor) : { items: await search(wanted), nextCursor: null },
  );
  return (
    <>
      <PageHead title={t('nav.people')} note={t('people.note')} />
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          changeQuery({ q: typed.trim() });
        }}
      >
        <TextField
          wide
          type="search"
          label={t('people.search')}
          hint={t('people.searchHint')}
          value={typed}
          onValue={(value) => {
            setTyped(value);
            if (value === '') changeQuery({ q: '' });
          }}
        />
      </form>
      <Card flush>
        <Reading query={list} lines={8}>
          {() => (
            <>
              <Table
                empty={
                  wanted === '' ? (
                    <NothingYet title={t('people.none')}>{t('people.noneText')}</NothingYet>
                  ) : (
                    <Empty title={t('people.notFound', { text: wanted })}>{t('people.notFoundText')}</Empty>
                  )
                }
                caption={t('nav.people')}
                rows={list.items}
                keyOf={({ accId }) => accId}
                columns={[
                  {
                    title: t('person.name'),
                    isHeader: true,
                    cell: (account) => (
                      <a class="name" href={href(['people', account.accId])}>
                        <Name name={account.name ?? account.accName} id={account.accId} />
                      </a>
                    ),
                  },
                  {
                    title: t('person.discord'),
                    cell: ({ discordId }) => (discordId ? <span class="mono">{discordId}</span> : '–'),
                  },
                  {
                    title: t('person.apiIds'),
                    isExtra: true,
                    cell: ({ activeApiIds }) =>
                      activeApiIds.length > 0 ? <bdi class="cut mono">{activeApiIds.join(', ')}</bdi> : '–',
                  },
                  {
                    title: t('person.id'),
                    isExtra: true,
                    cell: ({ accId }) => (
                      <span class="mono muted" title={accId}>
                        {shortId(accId)}
                      </span>
                    ),
                  },
                  {
                    title: t('action.open'),
                    isSilent: true,
                    isNumber: true,
                    cell: ({ accId }) => (
                      <a
                        class="button plain icon-only"
                        href={href(['people', accId])}
                        aria-label={t('action.open')}
                        tabIndex={-1}
                      >
                        <Icon name="right" />
                      </a>
                    ),
                  },
                ]}
              />
              <MorePages list={list} />
            </>
          )}
        </Reading>
      </Card>
    </>
  );
};
