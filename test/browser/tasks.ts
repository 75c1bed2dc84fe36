/** What people come for, done as they do it: by click, by key, with a slow or failing API, with a key that ends. */
import { readFileSync } from 'node:fs';
import { expectEqual, expectTrue, test } from './runner.ts';
import { auditPage, fill } from './screens.ts';
import { callApi, type Eyes, goTo, type Looking, look, settle, startReceiver, type World } from './world.ts';

export const addTaskTests = (world: () => World): void => {
  const withLook = async (eyes: Eyes, work: (looking: Looking) => Promise<void>): Promise<void> => {
    const looking = await look(world(), eyes);
    try {
      await work(looking);
      expectEqual(looking.troubles, [], 'troubles');
    } finally {
      await looking.close();
    }
  };
  const newKey = async (
    name: string,
    body: Record<string, unknown>,
  ): Promise<{ id: string; key: string }> => {
    const { data } = (await callApi(world(), 'POST', '/v2/community/api-keys', {
      name,
      ...body,
    })) as unknown as {
      data: { id: string; key: string };
    };
    return data;
  };

  test('sign in by the link: the key leaves the address and the history, and no script can read it', () =>
    withLook({}, async ({ page, context }) => {
      await page.getByRole('heading', { name: 'Who is on now' }).waitFor();
      const { key } = world();
      expectTrue(!page.url().includes('key'), 'the address has no key');
      const seen = await page.evaluate(() =>
        JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]),
      );
      expectTrue(!seen.includes(key), 'no script can read it');
      const [cookie] = await context.cookies();
      expectEqual(
        [cookie?.name, cookie?.httpOnly, cookie?.sameSite, cookie?.secure],
        ['__Host-rollcall', true, 'Strict', true],
        'the cookie',
      );
      await page.reload();
      await page.getByRole('heading', { name: 'Who is on now' }).waitFor();
    }));

  test('sign in by hand: a wrong key says so and stays, the right one opens', () =>
    withLook({ key: null }, async ({ page }) => {
      const field = page.getByLabel('Your API key');
      await field.fill('rc_wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('This is not valid here').waitFor();
      expectEqual(await field.inputValue(), 'rc_wrong', 'what was typed');
      await field.fill(world().key);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Who is on now' }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Your API key').waitFor();
      expectEqual(await page.context().cookies(), [], 'cookies');
    }));

  test('name who is on: no click at all; find one, and open their page', () =>
    withLook({}, async ({ page }) => {
      const table = page.getByRole('table', { name: 'Who is on now' });
      await table.getByRole('link', { name: 'Ana', exact: true }).waitFor();
      await table.getByRole('link', { name: 'Chidi' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('chi');
      expectEqual(await table.getByRole('row').count(), 2, 'rows with the head');
      expectTrue(page.url().includes('q=chi'), 'the filter stands in the address');
      await table.getByRole('link', { name: 'Chidi' }).click();
      await page.getByRole('heading', { name: 'Chidi' }).waitFor();
      await page.goBack();
      await table.waitFor();
      expectEqual(await page.getByRole('searchbox').inputValue(), 'chi', 'the filter after going back');
      // A Discord id, which is read only while somebody is looked for.
      await page.getByRole('searchbox').fill('318000000000');
      await table.getByRole('link', { name: 'Ana', exact: true }).waitFor();
    }));

  test("last week's hours as a file: three clicks; for the spreadsheet of the region", () =>
    withLook({ language: 'es-ES' }, async ({ page }) => {
      await page.getByRole('link', { name: 'Horas' }).click();
      await settle(page);
      await page.getByRole('button', { name: 'La semana anterior' }).first().click();
      await settle(page);
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Descargar' }).click(),
      ]);
      const text = readFileSync(await file.path(), 'utf8');
      expectTrue(/^hours-\d{4}-\d\d-\d\d\.csv$/.test(file.suggestedFilename()), file.suggestedFilename());
      expectTrue(text.startsWith('\ufeffNombre;Identificador;'), text.slice(0, 60));
      expectTrue(/;\d+,\d+;/.test(text), 'decimals with a comma');
      expectTrue(text.includes('\r\n'), 'lines end as spreadsheets want');
      expectEqual(text.trim().split('\r\n').length, 9, 'lines');
    }));

  test('the week by the keyboard: one stop of Tab, arrows, Enter to the sessions of a cell', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/hours');
      const grid = page.getByRole('grid');
      const cell = grid.locator('a[tabindex="0"]');
      expectEqual(await cell.count(), 1, 'stops of the tab key');
      await cell.focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      await page.keyboard.press('Home');
      const place = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.cell);
      expectEqual(place, '1 0', 'the cell');
      await page.keyboard.press('Enter');
      await settle(page);
      expectTrue(/#\/people\/.+\?day=\d{4}-\d\d-\d\d$/.test(page.url()), page.url());
      await page.goBack();
      await settle(page);
      await page.keyboard.press('[');
      await page.waitForURL(/week=/);
      await page.keyboard.press('t');
      await page.waitForURL(/#\/hours$/);
    }));

  test('keyboard alone: past the navigation, and every stop can be seen', () =>
    withLook({}, async ({ page }) => {
      await page.getByRole('link', { name: 'Ana', exact: true }).waitFor();
      await page.keyboard.press('Tab');
      const skip = page.getByRole('link', { name: 'Skip to the content' });
      expectTrue(
        await skip.evaluate(
          (link) => link === document.activeElement && link.getBoundingClientRect().top >= 0,
        ),
        'the first stop is the way to the content, and is in sight',
      );
      await page.keyboard.press('Enter');
      expectEqual(await page.evaluate(() => document.activeElement?.id), 'main', 'where it leads');
      const seen = new Set<string>();
      for (let stop = 0; stop < 12; stop++) {
        await page.keyboard.press('Tab');
        const { name, outline } = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          return {
            name: element.ariaLabel ?? element.textContent ?? element.id,
            outline: getComputedStyle(element).outlineStyle,
          };
        });
        // Behind the last stop is the window itself.
        if (await page.evaluate(() => document.activeElement === document.body)) break;
        expectTrue(outline !== 'none', `${name} shows that it has the focus`);
        seen.add(name);
      }
      expectTrue(seen.has('Ana') && seen.has('7 days'), `reaches people and charts: ${[...seen].join(', ')}`);
    }));

  test('why is this hour missing: five clicks from the start to the answer', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      // Dora's stop of 10:00 was lost the day before: Hours, (the week,) her day, Why?
      await page.getByRole('link', { name: 'People' }).click();
      await page.getByRole('link', { name: 'Dora' }).click();
      await settle(page);
      const row = page.getByRole('row').filter({ hasText: 'replaced by a new one' }).first();
      await row.getByRole('button', { name: 'Why?' }).click();
      await page.getByText('its stop was lost').waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
    }));

  test('correct a session: before and after, a reason, and the change on record', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, (await fill(world(), '#/people/PERSON')) as string);
      const row = page.getByRole('row').filter({ hasText: 'Ended' }).first();
      await row.getByRole('button', { name: 'Correct' }).click();
      const dialog = page.getByRole('dialog');
      const end = dialog.getByLabel('End');
      const before = await end.inputValue();
      const later = new Date(Date.parse(`${before}Z`) - 30 * 60_000).toISOString().slice(0, 16);
      await end.fill(later);
      await dialog.getByText('Before').waitFor();
      const confirm = dialog.getByRole('button', { name: 'Correct' });
      expectTrue(await confirm.isDisabled(), 'no correction without a reason');
      await dialog.getByLabel('Reason').fill('Left earlier, says the camera');
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await confirm.click();
      await page.getByText('Corrected.').waitFor();
      await dialog.waitFor({ state: 'detached' });
      await page
        .getByRole('row')
        .filter({ hasText: 'Ended' })
        .first()
        .getByRole('button', { name: 'Why?' })
        .click();
      await page.getByText('corrected it').waitFor();
      await page.getByText('Left earlier, says the camera').waitFor();
    }));

  test('join what a silence has cut in two: what follows is said, the row before is longer, the change is on record', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      const roster = (observedAt?: string) =>
        callApi(world(), 'PUT', '/v2/community/servers/5/activity/roster', {
          accounts: [{ apiId: 'jo-1', username: 'Jo' }],
          ...(observedAt !== undefined && { observedAt }),
        });
      await roster(new Date(Date.now() - 3 * 3_600_000).toISOString());
      await roster();
      const { data } = (await callApi(
        world(),
        'GET',
        '/v2/community/accounts/search?username=Jo',
      )) as unknown as {
        data: { items: { accId: string }[] };
      };
      const month = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10);
      await goTo(looking, `#/people/${data.items[0]?.accId}?from=${month}`);
      const rows = page.getByRole('table', { name: 'Sessions' }).locator('tbody tr');
      expectEqual(await rows.count(), 2, 'sessions');
      await rows.first().getByText('goes on after a silence').waitFor();
      await rows.first().getByRole('button', { name: 'Join' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/^(2 h 59|3 h 00) min more will count/).waitFor();
      await dialog.getByText(/becomes void/).waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await dialog.getByLabel('Reason').fill('The line was down, the radio was not');
      await dialog.getByRole('button', { name: 'Join' }).click();
      await page.getByText('Joined.').waitFor();
      await dialog.waitFor({ state: 'detached' });
      await rows.filter({ hasText: 'Void' }).waitFor();
      const joined = rows.filter({ hasText: 'Open' });
      expectTrue(
        /3 h 0\d min/.test((await joined.textContent()) ?? ''),
        'the session goes on over the silence',
      );
      await joined.getByRole('button', { name: 'Why?' }).click();
      await page.getByText('joined it with another one').waitFor();
      await page.getByText('“The line was down, the radio was not”').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await callApi(world(), 'PUT', '/v2/community/servers/5/activity/roster', { accounts: [] });
    }));

  test('add hours that no server told of: with a reason, and refused where they would count twice', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, await fill(world(), '#/people/PERSON'));
      const dialog = page.getByRole('dialog');
      const day = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10);
      const add = async (from: string, to: string) => {
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await dialog.getByLabel('Start').fill(`${day}T${from}`);
        await dialog.getByLabel('End').fill(`${day}T${to}`);
        await dialog.getByLabel('Reason').fill('The server was down, the event was not');
        await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      };
      await add('10:00', '12:00');
      await page.getByText('Added.').waitFor();
      await dialog.waitFor({ state: 'detached' });
      await goTo(looking, `${(await fill(world(), '#/people/PERSON')) as string}?day=${day}`);
      const row = page.getByRole('table', { name: 'Sessions' }).locator('tbody tr');
      await row.getByText('2 h 00 min', { exact: true }).waitFor();
      await row.getByRole('button', { name: 'Why?' }).click();
      await page.getByText('The server was down, the event was not').waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await add('11:00', '13:00');
      await dialog.getByRole('alert').waitFor();
      expectEqual(
        await dialog.getByLabel('Reason').inputValue(),
        'The server was down, the event was not',
        'what was typed',
      );
    }));

  test('a call that comes too late for a closed period waits for a decision, and is decided', async () => {
    const admin = { url: world().url, key: world().adminToken };
    const { data } = (await callApi(admin, 'POST', '/admin/communities', { name: 'Payroll' })) as unknown as {
      data: { apiKey: { key: string } };
    };
    const key = data.apiKey.key;
    const own = { url: world().url, key };
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await callApi(own, 'POST', '/v2/community/activity/import', {
      sessions: [{ username: 'Rosa', serverId: 1, start: daysAgo(6.2), end: daysAgo(6) }],
    });
    const late = (await callApi(own, 'POST', '/v2/community/api-keys', {
      name: 'A server with a queue',
      scopes: ['sessions:write'],
      lateSeconds: 31 * 86_400,
    })) as unknown as { data: { key: string } };
    await withLook({ key }, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/hours/periods');
      await page.getByRole('button', { name: 'Close a period' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Last day').fill(daysAgo(3).slice(0, 10));
      await dialog.getByRole('button', { name: 'Close a period' }).click();
      await page.getByText(/^Closed: \d+:\d\d hours of 1 person/).waitFor();
      for (const hours of [0, 2]) {
        await callApi({ ...own, key: late.data.key }, 'POST', '/v2/community/servers/1/activity', {
          username: 'Rosa',
          ...(hours === 0 ? { forceStart: true } : { forceStop: true }),
          occurredAt: new Date(Date.now() - 5 * 86_400_000 + hours * 3_600_000).toISOString(),
        });
      }
      await page.reload();
      await goTo(looking, '#/hours/periods');
      const questions = page.getByRole('table', { name: /^2 / });
      await questions.waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await questions.getByRole('button', { name: 'Accept' }).first().click();
      await page.getByRole('table', { name: /^1 / }).getByRole('button', { name: 'Dismiss' }).click();
      await page.getByRole('table', { name: /^1 / }).waitFor({ state: 'detached' });
    });
  });

  test("a device's failures: two clicks in the log", () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      const now = Math.floor(Date.now() / 1000);
      await callApi(
        world(),
        'POST',
        '/api/v1/activity_log',
        ['gate-1', 'gate-2'].flatMap((serial) =>
          ['open', 'failure'].map((action_type) => ({
            platform: 'gates',
            serial,
            action_type,
            action_detail: `${action_type} of ${serial}`,
            timestamp: now,
          })),
        ),
      );
      await goTo(looking, '#/log');
      await page.getByRole('button', { name: /^gate-1/ }).click();
      await settle(page);
      await page
        .getByRole('button', { name: /^failure/ })
        .first()
        .click();
      await settle(page);
      const rows = page.getByRole('table', { name: 'Log' }).locator('tbody tr');
      await page.getByText('failure of gate-1').waitFor();
      expectEqual(await rows.count(), 1, 'rows');
      expectTrue(page.url().includes('serial=gate-1&action_type=failure'), page.url());
      await page.getByText('1 of 1 rows shown').waitFor();
    }));

  test('the file of the log has all that matches, says how far it is, can be stopped, and goes on after a failure', () =>
    withLook({ language: 'es-ES' }, async (looking) => {
      const { page } = looking;
      const now = Math.floor(Date.now() / 1000);
      const ROWS = 2300;
      for (let from = 0; from < ROWS; from += 1000) {
        await callApi(
          world(),
          'POST',
          '/api/v1/activity_log',
          Array.from({ length: Math.min(1000, ROWS - from) }, (_, index) => ({
            platform: 'bulk',
            serial: `bulk-${(from + index) % 3}`,
            action_type: index % 2 === 0 ? 'even' : 'odd',
            action_detail: `number ${from + index}; of many`,
            timestamp: now - from - index,
          })),
        );
      }
      await goTo(looking, '#/log?platform=bulk');
      await page.getByText('100 de 2300 filas').waitFor();
      // Nothing but a platform is filtered, so actions are counted over all that match, and not over a page.
      await page.getByRole('button', { name: 'even 1150', exact: true }).waitFor();
      const save = page.getByRole('button', { name: 'Descargar' });

      let pages = 0;
      let wants: 'all' | 'failure' | 'wait' = 'failure';
      let release = () => {};
      await page.route(/activity_log\?.*limit=1000/, async (route) => {
        pages++;
        if (wants === 'failure' && pages === 2) return route.abort();
        if (wants === 'wait') {
          await new Promise<void>((over) => {
            release = over;
          });
        }
        return route.continue().catch(() => {});
      });
      await save.click();
      await page.getByText('1000 de 2300 filas').waitFor();
      const again = page.locator('.banner.bad').getByRole('button', { name: 'Reintentar' });
      await again.waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      wants = 'all';
      const [file] = await Promise.all([page.waitForEvent('download'), again.click()]);
      const lines = readFileSync(await file.path(), 'utf8')
        .trimEnd()
        .split('\r\n');
      expectEqual(lines[0], '\ufeffid;time;platform;serial;action_type;action_detail;username', 'the header');
      expectEqual(lines.length, ROWS + 1, 'lines');
      expectEqual(new Set(lines.map((line) => line.split(';')[0])).size, ROWS + 1, 'ids');
      expectTrue(lines.at(-1)?.includes('"number 2299; of many"'), lines.at(-1) ?? '');
      expectEqual(pages, 4, 'calls: three pages, of which one was asked for twice');
      expectEqual(await page.locator('.banner').count(), 0, 'banners');

      wants = 'wait';
      await save.click();
      await page.getByRole('button', { name: 'Cancelar' }).click();
      expectEqual(await page.locator('.banner').count(), 0, 'banners');
      release();
      await page.waitForTimeout(300);
      expectEqual(pages, 5, 'calls: none after it was stopped');
      await page.unrouteAll({ behavior: 'ignoreErrors' });

      // What is filtered goes, as many as were counted, and nothing else.
      await goTo(looking, '#/log?platform=bulk&serial=bulk-1');
      await page.getByRole('button', { name: 'Eliminar', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Se eliminan 767 entradas.').waitFor();
      await dialog.getByRole('textbox').fill('demo');
      await dialog.getByRole('button', { name: 'Eliminar' }).click();
      await page.getByText('767 entradas eliminadas.').first().waitFor();
      await goTo(looking, '#/log?platform=bulk');
      await page.getByText('100 de 1533 filas').waitFor();
    }));

  test('the log deletes nothing before it has counted and been told the name', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/log');
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/^[\d,]+ entries go\.$/).waitFor();
      expectTrue(
        await dialog.getByRole('button', { name: 'Delete' }).isDisabled(),
        'disabled until the name is typed',
      );
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }));

  test('webhooks: add an endpoint, see a delivery fail, mend the receiver, send again', async () => {
    const receiver = await startReceiver();
    receiver.status = 500;
    try {
      await withLook({}, async (looking) => {
        const { page } = looking;
        await goTo(looking, '#/webhooks/out');
        await page.getByRole('button', { name: 'Add an endpoint' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Address').fill(receiver.url);
        await dialog.getByLabel('What it is for').fill('The dashboard');
        await dialog.getByRole('button', { name: 'Add an endpoint' }).click();
        const secret = page.getByRole('dialog', { name: 'The signing secret' });
        await secret.waitFor();
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        expectTrue(await secret.isVisible(), 'Escape does not lose the secret');
        expectTrue(
          await secret.getByRole('button', { name: 'Close' }).isDisabled(),
          'it closes when it is kept',
        );
        await secret.getByLabel('I have kept it').check();
        await secret.getByRole('button', { name: 'Close' }).click();
        await page.getByRole('link', { name: 'The dashboard' }).click();
        await settle(page);
        await page.getByRole('button', { name: 'Send a test' }).click();
        await page.getByText('A test is on its way.').waitFor();
        await waitFor(async () => receiver.bodies.length > 0, 'a first attempt');
        const row = page.getByRole('table', { name: 'Deliveries' }).locator('tbody tr').first();
        await row.getByText('500').waitFor({ timeout: 30_000 });
        receiver.status = 200;
        await row
          .getByRole('button', { name: 'webhook.test' })
          .or(row.locator('button.link'))
          .first()
          .click();
        await page.getByRole('dialog').getByText('out of order').first().waitFor();
        expectEqual((await auditPage(page)).violations, [], 'violations');
        await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
        await row.getByRole('button', { name: 'Send again' }).click();
        await row.getByText('Delivered').waitFor({ timeout: 30_000 });
      });
    } finally {
      receiver.close();
    }
  });

  test('a sender: make it, see why its call was refused, mend the mapping', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/webhooks/in');
      await page.getByRole('button', { name: 'Add a sender' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('The gate');
      await dialog.getByRole('button', { name: 'Add a sender' }).click();
      const kept = page.getByRole('dialog', { name: 'The sender’s secret' });
      const secret = (await kept.locator('code').textContent()) ?? '';
      await kept.getByLabel('I have kept it').check();
      await kept.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('link', { name: 'The gate' }).click();
      await settle(page);
      const address = new URL((await page.locator('dd code').first().textContent()) ?? '');
      const send = () =>
        fetch(`${world().url}${address.pathname}`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${secret}` },
          body: JSON.stringify({ device: { id: 'gate-9' }, event: 'opened' }),
        });
      await page.getByLabel('Keep the bodies').check();
      await page.waitForTimeout(500);
      await send();
      await page.reload();
      await settle(page);
      const calls = page.getByRole('table', { name: 'Last calls' });
      await calls.locator('tbody tr').first().waitFor();
      // The real call that failed is what the mapping is tried on.
      await page.getByLabel('Try it with').selectOption({ label: 'call number 1' });
      await page
        .getByRole('textbox', { name: 'Mapping' })
        .fill('{"platform": {"const": "gates"}, "serial": "/device/id", "action_type": "/event"}');
      await page.getByText('gate-9', { exact: true }).waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await page.getByRole('button', { name: 'Try it on the last call' }).click();
      await page.getByText('Kept calls that would be recorded: 1 of the last 1.').waitFor();
      await page
        .getByRole('textbox', { name: 'Mapping' })
        .fill('{"platform": {"const": "gates"}, "serial": "/device/none", "action_type": "/event"}');
      await page.getByRole('button', { name: 'Try it on the last call' }).click();
      await page.getByText('Kept calls that would be recorded: 0 of the last 1.').waitFor();
      await page.getByText(/^call number 1: ./).waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await page
        .getByRole('textbox', { name: 'Mapping' })
        .fill('{"platform": {"const": "gates"}, "serial": "/device/id", "action_type": "/event"}');
      await page.getByRole('button', { name: 'Save the mapping' }).click();
      await page
        .getByText('The mapping is saved. Kept calls that would be recorded: 1 of the last 1.')
        .waitFor();
      await send();
      await page.reload();
      await settle(page);
      await calls.locator('tbody tr').first().getByText('Recorded').waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
    }));

  test('a channel: recognised by its address, previewed as it will look, gathered, changed later', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/webhooks/out');
      await page.getByRole('button', { name: 'Add an endpoint' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Address').fill('https://discord.com/api/webhooks/1/never-called');
      expectEqual(await dialog.getByLabel('How often').inputValue(), '60', 'the digest of a channel');
      await dialog.getByText('What a message looks like').click();
      await dialog.getByText('3 left, 3 joined on Main', { exact: true }).waitFor();
      await dialog.getByLabel('Event', { exact: true }).selectOption('session.stale');
      await dialog.getByText('Is Ana still active on Main?', { exact: true }).waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await dialog.getByLabel('What it is for').fill('The channel');
      // Nothing happens that it would hear of: this machine reaches no Discord.
      await dialog.getByLabel(/^Sessions/).uncheck();
      await dialog.getByLabel(/^Reported activity/).check();
      await dialog.getByRole('button', { name: 'Add an endpoint' }).click();
      await page.getByRole('link', { name: 'The channel' }).click();
      await settle(page);
      await page.getByText('Gathered for 1 min').waitFor();
      await page.getByRole('button', { name: 'Change' }).click();
      await dialog.getByText('is a credential and is not shown').waitFor();
      await dialog.getByLabel('How often').selectOption('900');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Gathered for 15 min').waitFor();
      await page.getByRole('button', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByText('Deleted.').waitFor();
    }));

  test('a ready-made sender: its kind, its proof and its mapping come with it', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/webhooks/in');
      await page.getByRole('button', { name: 'Add a sender' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('What sends').selectOption('media-playback');
      expectEqual(
        await dialog.getByLabel('Name', { exact: true }).inputValue(),
        'Plex or Jellyfin',
        'the name',
      );
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await dialog.getByRole('button', { name: 'Add a sender' }).click();
      const kept = page.getByRole('dialog', { name: 'The sender’s secret' });
      expectTrue(/\?token=/.test((await kept.textContent()) ?? ''), 'the address has the secret in it');
      await kept.getByLabel('I have kept it').check();
      await kept.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('link', { name: 'Plex or Jellyfin' }).click();
      await settle(page);
      expectTrue(
        (await page.getByRole('textbox', { name: 'Mapping' }).inputValue()).includes('media.play'),
        'the mapping of the recipe',
      );
      await page.getByRole('button', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByText('Deleted.').waitFor();
    }));

  test('everything out as a file, and the file in again: nothing is doubled', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/setup/import');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download everything' }).click(),
      ]);
      const path = await file.path();
      const lines = readFileSync(path, 'utf8').trim().split('\n');
      expectTrue(lines.length > 40, `lines of the export (${lines.length})`);
      expectTrue(
        lines.every((line) => typeof JSON.parse(line).table === 'string'),
        'each line is of a table',
      );
      await page.getByLabel('Export (.ndjson)').setInputFiles(path);
      await page.getByRole('button', { name: 'Bring in' }).click();
      await page.getByText(/^0 rows are new, \d+ were here already/).waitFor({ timeout: 30_000 });
      expectEqual((await auditPage(page)).violations, [], 'violations');
    }));

  test('a key for a game server: it tells who is on, and administers nothing', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/setup/keys');
      await page.getByRole('button', { name: 'Make a key' }).click();
      await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Main server');
      await page.getByRole('dialog').getByRole('button', { name: 'Make a key' }).click();
      const shown = page.getByRole('dialog', { name: 'The key Main server' });
      const key = (await shown.locator('code').textContent()) ?? '';
      await shown.getByRole('button', { name: 'Copy' }).click();
      expectEqual(await page.evaluate(() => navigator.clipboard.readText()), key, 'the clipboard');
      await shown.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('table', { name: 'API keys' }).getByText('Main server').waitFor();
      const own = { url: world().url, key };
      await callApi(own, 'PUT', '/v2/community/servers/7/activity/roster', {
        accounts: [{ username: 'Iris' }],
      });
      const refused = await callApi(own, 'GET', '/v2/community/settings').catch(
        (error: Error) => error.message,
      );
      expectTrue(String(refused).includes('403'), 'it may not read the settings');
      await goTo(looking, '#/now');
      await page.getByRole('table').getByRole('link', { name: 'Iris' }).waitFor({ timeout: 20_000 });
    }));

  test('the first sighting ticks itself', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/setup');
      await page.getByRole('button', { name: 'Make a key' }).click();
      await page.getByText('Shown this once.').waitFor();
      await page.getByText('Received:').waitFor();
    }));

  test('a viewer sees no screen that the key does not open', async () => {
    const { key } = await newKey('Viewer', { preset: 'viewer' });
    await withLook({ key }, async (looking) => {
      const { page } = looking;
      const names = await page
        .getByRole('navigation', { name: 'Screens' })
        .getByRole('link')
        .allTextContents();
      expectTrue(names.includes('Hours') && names.includes('Log'), `sees ${names}`);
      expectTrue(
        !names.includes('Set-up') && !names.includes('Webhooks') && !names.includes('Operator'),
        `sees ${names}`,
      );
      await goTo(looking, await fill(world(), '#/people/PERSON'));
      expectEqual(await page.getByRole('button', { name: 'Erase' }).count(), 0, 'buttons to erase');
      expectEqual(await page.getByRole('button', { name: 'Correct' }).count(), 0, 'buttons to correct');
      await goTo(looking, '#/setup');
      await page.getByRole('heading', { name: 'There is nothing here for this key' }).waitFor();
    });
  });

  test('a key that is revoked: the form stays, another key goes on', async () => {
    const first = await newKey('Marta', { scopes: ['sessions:read', 'sessions:correct', 'admin'] });
    await withLook({ key: first.key }, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/webhooks/out');
      await page.getByRole('button', { name: 'Add an endpoint' }).click();
      await page.getByRole('dialog').getByLabel('Address').fill('https://example.com/hook');
      await callApi(world(), 'DELETE', `/v2/community/api-keys/${first.id}`);
      await page.getByRole('dialog').getByRole('button', { name: 'Add an endpoint' }).click();
      const again = page.getByRole('dialog', { name: 'Sign in again' });
      await again.waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await again.getByLabel('Your API key').fill(world().key);
      await again.getByRole('button', { name: 'Sign in' }).click();
      await again.waitFor({ state: 'detached' });
      await page.getByText('Added.').waitFor();
      await page.getByRole('dialog', { name: 'The signing secret' }).waitFor();
    });
  });

  test('503: old data stay and look old, and the next reading mends it', () =>
    withLook({}, async ({ page }) => {
      await page.getByRole('link', { name: 'Ana', exact: true }).waitFor();
      let isFailing = true;
      await page.route('**/v2/community/activity?**', (route) =>
        isFailing
          ? route.fulfill({
              status: 503,
              headers: { 'Retry-After': '1' },
              contentType: 'application/problem+json',
              body: '{"code":"UNAVAILABLE"}',
            })
          : route.fallback(),
      );
      await page.getByText('Rollcall has a problem at the moment.').waitFor({ timeout: 30_000 });
      expectTrue(
        await page.getByRole('link', { name: 'Ana', exact: true }).isVisible(),
        'the people are still there',
      );
      isFailing = false;
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Rollcall has a problem at the moment.').waitFor({ state: 'detached' });
    }));

  test('offline while a form is open: nothing typed is lost, and it works when the line is back', () =>
    withLook({}, async (looking) => {
      const { page, context } = looking;
      await goTo(looking, '#/setup/keys');
      await page.getByRole('button', { name: 'Make a key' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('Typed offline');
      await context.setOffline(true);
      await dialog.getByRole('button', { name: 'Make a key' }).click();
      await dialog.getByText('You are offline.').waitFor();
      expectEqual(
        await dialog.getByLabel('Name', { exact: true }).inputValue(),
        'Typed offline',
        'what was typed',
      );
      await context.setOffline(false);
      await dialog.getByRole('button', { name: 'Make a key' }).click();
      await page.getByRole('dialog', { name: 'The key Typed offline' }).waitFor();
    }));

  test('an answer that is lost on the way: the second attempt makes no second key, and another name makes another', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/setup/keys');
      let isLost = true;
      await page.route('**/v2/community/api-keys', async (route) => {
        if (route.request().method() !== 'POST' || !isLost) return route.fallback();
        await route.fetch();
        return route.abort();
      });
      const make = async (name: string) => {
        await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(name);
        await page.getByRole('dialog').getByRole('button', { name: 'Make a key' }).click();
      };
      await page.getByRole('button', { name: 'Make a key' }).click();
      await make('Made once');
      await page.getByRole('alert').waitFor();
      isLost = false;
      await page.getByRole('dialog').getByRole('button', { name: 'Make a key' }).click();
      const shown = page.getByRole('dialog', { name: 'The key Made once' });
      await shown.getByLabel('I have kept it').check();
      await shown.getByRole('button', { name: 'Close' }).click();
      const table = page.getByRole('table', { name: 'API keys' });
      await table.getByText('Made once').first().waitFor();
      expectEqual(await table.getByText('Made once').count(), 1, 'keys of this name');
      isLost = true;
      await page.getByRole('button', { name: 'Make a key' }).click();
      await make('First thought');
      await page.getByRole('alert').waitFor();
      isLost = false;
      await make('Second thought');
      await page.getByRole('dialog', { name: 'The key Second thought' }).waitFor();
    }));

  test('a slow API: the frame is there at once, and what loads does not jump', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await page.route('**/v2/community/activity/summary**', async (route) => {
        await new Promise((later) => setTimeout(later, 1500));
        await route.fallback();
      });
      await page.getByRole('link', { name: 'Hours' }).click();
      await page.getByRole('status', { name: 'Loading' }).waitFor();
      const heading = page.getByRole('heading', { name: 'Hours' });
      const before = await heading.boundingBox();
      await settle(page);
      const after = await heading.boundingBox();
      expectEqual(after, before, 'the place of the heading');
    }));

  test('polling stops while the page is hidden', () =>
    withLook({}, async (looking) => {
      const { page, calls } = looking;
      await page.getByRole('link', { name: 'Ana', exact: true }).waitFor();
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { value: true, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      const before = calls.length;
      await page.waitForTimeout(22_000);
      expectEqual(calls.length, before, 'calls');
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { value: false, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await waitFor(async () => calls.length > before, 'a call when it is seen again');
    }));

  test('the language and the appearance by a switch, kept over a reload', () =>
    withLook({}, async ({ page }) => {
      await page.getByLabel('Language').selectOption('es');
      await page.getByRole('heading', { name: 'Quién está conectado ahora' }).waitFor();
      await page.getByLabel('Aspecto').selectOption('dark');
      await page.reload();
      await page.getByRole('heading', { name: 'Quién está conectado ahora' }).waitFor();
      expectEqual(await page.evaluate(() => document.documentElement.dataset.theme), 'dark', 'the theme');
    }));

  test('the operator: signs in with the token, makes a community, sees the triggers', () =>
    withLook({ key: null }, async (looking) => {
      const { page } = looking;
      await page.getByRole('button', { name: 'I run this installation' }).click();
      await page.getByLabel('Operator token').fill(world().adminToken);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Operator', level: 1 }).waitFor();
      await settle(page);
      await page.getByRole('table', { name: 'Communities' }).getByText('demo').first().waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await page.getByRole('button', { name: 'Make a community' }).click();
      await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Night Shift RP');
      await page.getByRole('dialog').getByRole('button', { name: 'Make a community' }).click();
      const shown = page.getByRole('dialog', { name: 'The key Night Shift RP' });
      await shown.getByLabel('I have kept it').check();
      await shown.getByRole('button', { name: 'Close' }).click();
      await page.getByText('Night Shift RP').first().waitFor();
    }));

  test('names that nobody expects are shown as text, and only as text', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      const names = [
        '<b>x</b>',
        '=1+1',
        'María-José Ñandú Ibáñez',
        'مرحبا 123',
        '👨‍👩‍👧‍👦',
        '\u200b\u200b',
        'x'.repeat(64),
      ];
      await callApi(world(), 'PUT', '/v2/community/servers/8/activity/roster', {
        accounts: names.map((username, index) => ({ apiId: `odd-${index}`, username })),
      });
      await goTo(looking, '#/now?server=8');
      await page.getByRole('button', { name: 'Show all' }).or(page.getByRole('table')).first().waitFor();
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length >= 7, undefined, {
        timeout: 20_000,
      });
      await page.getByText('<b>x</b>', { exact: true }).waitFor();
      expectEqual(await page.locator('tbody b').count(), 0, 'elements made out of names');
      const empty = await page
        .locator('tbody th bdi')
        .evaluateAll(
          (all) => all.filter((one) => one.textContent?.replace(/\p{Cf}/gu, '').trim() === '').length,
        );
      expectEqual(empty, 0, 'rows without a visible name');
      expectTrue(
        (await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0,
        'nothing reaches beyond the window',
      );
      await callApi(world(), 'PUT', '/v2/community/servers/8/activity/roster', { accounts: [] });
    }));

  test('import with a preview, close the month, and be refused a change of it', () =>
    withLook({}, async (looking) => {
      const { page } = looking;
      await goTo(looking, '#/setup/import');
      const lines = [
        'username,serverId,start,end',
        'Ines,3,2026-09-01 18:00,2026-09-01 20:30',
        'Ines,3,2026-09-02 18:00,',
      ];
      await page.getByRole('textbox', { name: 'Rows' }).fill(`${lines.join('\n')}\n`);
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('1 would be new, 0 are there already, 1 are refused.').waitFor();
      expectEqual((await auditPage(page)).violations, [], 'violations');
      await page.getByRole('button', { name: 'Import 1 session' }).click();
      await page.getByText('1 imported, 0 were there already, 1 refused.').waitFor();
      await goTo(looking, '#/hours/periods');
      await page.getByRole('button', { name: 'Close a period' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Last day').fill('2026-09-30');
      await dialog.getByRole('button', { name: 'Close a period' }).click();
      await page.getByText('Closed: 2:30 hours of 1 person.').waitFor();
      await page.getByRole('button', { name: 'Verify' }).click();
      await page.getByText('It holds').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await goTo(looking, '#/people?q=Ines');
      await page.getByRole('link', { name: 'Ines' }).click();
      await settle(page);
      await page.getByRole('button', { name: 'The last year' }).click();
      await settle(page);
      await page.getByRole('button', { name: 'Correct' }).first().click();
      await page.getByRole('dialog').getByLabel('End').fill('2026-09-01T21:00');
      await page.getByRole('dialog').getByLabel('Reason').fill('Stayed longer');
      await page.getByRole('dialog').getByRole('button', { name: 'Correct' }).click();
      await page.getByRole('alert').waitFor();
      expectEqual(
        await page.getByRole('dialog').getByLabel('Reason').inputValue(),
        'Stayed longer',
        'what was typed',
      );
    }));

  test('times in the zone of the community, in a browser of any zone; a day of 25 hours says so', () =>
    withLook({ zone: 'America/New_York' }, async (looking) => {
      const { page } = looking;
      await callApi(world(), 'PATCH', '/v2/community/settings', { timezone: 'Europe/Madrid' });
      try {
        await page.waitForTimeout(500);
        await page.reload();
        await goTo(looking, '#/hours?week=2026-10-19');
        await page.getByText('Europe/Madrid').first().waitFor();
        const people = await page.getByText('25 h').count();
        const empty = await page.getByText('No hours in this time').count();
        expectTrue(people + empty > 0, 'the day of the clock change says how long it is');
      } finally {
        await callApi(world(), 'PATCH', '/v2/community/settings', { timezone: 'UTC' });
      }
    }));
};

const waitFor = async (isSo: () => Promise<boolean>, what: string): Promise<void> => {
  const end = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((later) => setTimeout(later, 100));
  }
};
