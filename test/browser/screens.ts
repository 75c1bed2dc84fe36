/** Every screen: in both languages, narrow and wide, light and dark; whole, without a violation that axe knows. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { test as addTest, expectEqual, expectTrue } from './runner.ts';
import { callApi, type Eyes, goTo, type Looking, look, settle, type World } from './world.ts';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

export interface View {
  readonly name: string;
  readonly hash: string;
  /** Its heading in each language. */
  readonly heading: Readonly<Record<'en' | 'es', string>>;
}

export const VIEWS: readonly View[] = [
  { name: 'now', hash: '#/now', heading: { en: 'Who is on now', es: 'Quién está conectado ahora' } },
  { name: 'hours', hash: '#/hours', heading: { en: 'Hours', es: 'Horas' } },
  { name: 'ranking', hash: '#/hours/leaders', heading: { en: 'Hours', es: 'Horas' } },
  { name: 'pattern', hash: '#/hours/pattern', heading: { en: 'Hours', es: 'Horas' } },
  { name: 'periods', hash: '#/hours/periods', heading: { en: 'Hours', es: 'Horas' } },
  { name: 'people', hash: '#/people', heading: { en: 'People', es: 'Personas' } },
  { name: 'person', hash: '#/people/PERSON', heading: { en: 'Ana', es: 'Ana' } },
  { name: 'person-day', hash: '#/people/PERSON?day=YESTERDAY', heading: { en: 'Ana', es: 'Ana' } },
  { name: 'servers', hash: '#/servers', heading: { en: 'Servers', es: 'Servidores' } },
  { name: 'server', hash: '#/servers/1', heading: { en: 'Server 1', es: 'Servidor 1' } },
  { name: 'log', hash: '#/log', heading: { en: 'Log', es: 'Registro' } },
  { name: 'devices', hash: '#/log/devices', heading: { en: 'Devices', es: 'Dispositivos' } },
  { name: 'report', hash: '#/report', heading: { en: 'Report', es: 'Informe' } },
  { name: 'audit', hash: '#/report/audit', heading: { en: 'Report', es: 'Informe' } },
  { name: 'verification', hash: '#/report/chain', heading: { en: 'Report', es: 'Informe' } },
  { name: 'webhooks-out', hash: '#/webhooks/out', heading: { en: 'Webhooks', es: 'Webhooks' } },
  { name: 'webhooks-in', hash: '#/webhooks/in', heading: { en: 'Webhooks', es: 'Webhooks' } },
  { name: 'setup', hash: '#/setup', heading: { en: 'Set-up', es: 'Configuración' } },
  { name: 'keys', hash: '#/setup/keys', heading: { en: 'Set-up', es: 'Configuración' } },
  { name: 'service-ids', hash: '#/setup/service-ids', heading: { en: 'Set-up', es: 'Configuración' } },
  { name: 'settings', hash: '#/setup/settings', heading: { en: 'Set-up', es: 'Configuración' } },
  { name: 'import', hash: '#/setup/import', heading: { en: 'Set-up', es: 'Configuración' } },
  {
    name: 'nothing',
    hash: '#/nothing',
    heading: { en: 'There is nothing here for this key', es: 'Aquí no hay nada para esta clave' },
  },
];

interface AxeResults {
  readonly violations: readonly { id: string; nodes: readonly { html: string; target: unknown }[] }[];
  readonly passes: readonly unknown[];
}

/** What axe finds; each violation with the first places of it. */
export const auditPage = async (page: Page): Promise<{ violations: string[]; rules: number }> => {
  await page.evaluate(AXE);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return {
    violations: results.violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    ),
    rules: results.passes.length,
  };
};

/** Whether nothing reaches beyond the window but what scrolls by itself. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The id of a demo person, and the day before today in UTC, the demo's zone. */
export const fill = async (world: World, hash: string): Promise<string> => {
  if (!hash.includes('PERSON')) return hash;
  const { data } = (await callApi(world, 'GET', '/v2/community/accounts/search?username=Ana')) as unknown as {
    data: { items: { accId: string }[] };
  };
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  return hash.replace('PERSON', data.items[0]?.accId ?? '').replace('YESTERDAY', yesterday);
};

const EYES: readonly (Eyes & { readonly name: string; readonly short: 'en' | 'es' })[] = [
  { name: 'English, wide, light', short: 'en', language: 'en-GB', width: 1600, theme: 'light' },
  { name: 'English, phone, dark', short: 'en', language: 'en-GB', width: 390, height: 844, theme: 'dark' },
  { name: 'Spanish, wide, dark', short: 'es', language: 'es-ES', width: 1600, theme: 'dark' },
  { name: 'Spanish, phone, light', short: 'es', language: 'es-ES', width: 390, height: 844, theme: 'light' },
];

export const addScreenTests = (world: () => World): void => {
  const test = (name: string, run: () => Promise<void>) => addTest(name, run, 'screens');
  const callsOf = new Map<string, number>();
  let rules = 0;
  for (const eyes of EYES) {
    let open: Looking | undefined;
    for (const view of VIEWS) {
      test(`${view.name}: ${eyes.name}`, async () => {
        open ??= await look(world(), eyes);
        const { page, troubles, calls } = open;
        try {
          await settle(page);
          troubles.length = 0;
          const before = calls.length;
          await goTo(open, await fill(world(), view.hash));
          callsOf.set(view.name, calls.length - before);
          const wanted = view.heading[eyes.short];
          const heading = (await page.locator('h1').first().textContent()) ?? '';
          expectEqual(heading, wanted, 'the heading');
          expectEqual(await page.evaluate(() => document.documentElement.lang), eyes.short, 'the language');
          expectEqual(await page.locator('[role=alert]').count(), 0, 'alerts');
          expectTrue(
            (await overflowOf(page)) <= 0,
            `the page is no wider than the window (${await overflowOf(page)} px more)`,
          );
          const { violations, rules: passed } = await auditPage(page);
          rules = Math.max(rules, passed);
          expectEqual(violations, [], 'violations');
          expectEqual(troubles, [], 'troubles');
        } finally {
          if (view === VIEWS.at(-1)) await open.close();
        }
      });
    }
  }
  for (const short of ['en', 'es'] as const) {
    test(`sign-in page: ${short}`, async () => {
      const looking = await look(world(), {
        key: null,
        language: short === 'en' ? 'en-GB' : 'es-ES',
        width: 390,
      });
      try {
        await looking.page.getByRole('button', { name: short === 'en' ? 'Sign in' : 'Entrar' }).waitFor();
        expectEqual((await auditPage(looking.page)).violations, [], 'violations');
        expectTrue((await overflowOf(looking.page)) <= 0, 'the page is no wider than the window');
        await looking.page.setViewportSize({ width: 1600, height: 900 });
        const form = await looking.page.locator('form').boundingBox();
        expectEqual(form && Math.round(form.x + form.width / 2), 800, 'the middle of the form');
      } finally {
        await looking.close();
      }
    });
  }
  for (const [short, words] of [
    ['en', { enter: 'I run this installation', token: 'Operator token', heading: 'Operator' }],
    ['es', { enter: 'Yo administro esta instalación', token: 'Token de operador', heading: 'Operador' }],
  ] as const) {
    test(`operator on a phone: ${short}`, async () => {
      const looking = await look(world(), {
        key: null,
        language: short === 'en' ? 'en-GB' : 'es-ES',
        width: 390,
        height: 844,
        theme: short === 'en' ? 'light' : 'dark',
      });
      const { page } = looking;
      try {
        await page.getByRole('button', { name: words.enter }).click();
        await page.getByLabel(words.token).fill(world().adminToken);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: words.heading, level: 1 }).waitFor();
        await settle(page);
        await page.locator('dl.figures').waitFor();
        expectTrue((await overflowOf(page)) <= 0, 'the page is no wider than the window');
        expectEqual((await auditPage(page)).violations, [], 'violations');
        expectEqual(looking.troubles, [], 'troubles');
      } finally {
        await looking.close();
      }
    });
  }
  test('the figures: calls when a view is opened', async () => {
    console.log([...callsOf].map(([name, count]) => `  ${name}: ${count}`).join('\n'));
    console.log(`  axe: up to ${rules} rules passed on a view`);
    for (const [name, count] of callsOf) expectTrue(count <= 8, `${name} makes at most 8 calls (${count})`);
  });
};
