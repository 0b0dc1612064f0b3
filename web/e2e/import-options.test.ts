// What a file does not say of itself: the system of its coordinates, how its dates are written, what to keep; and a file that the server
// has no more.
import assert from 'node:assert/strict';
import type { Upload } from '../src/data/imports';
import { kept } from '../src/data/mapping';
import { accessible, mapReady, pressed, someGrid, visit } from './browser';
import { send, signedIn } from './client';
import { administered, browser, file, importing, state } from './importing';

/** A key site in the middle of a grid, with a date as Germans write it and a number of the old register's. */
async function site(code: string): Promise<ReturnType<typeof file>> {
  const { label } = await someGrid();
  const rows = [
    '编码,名称,经度,纬度,site_class,site_kind,评估日期,旧编号',
    `${code},老仓库,${label.join()},key_venue,airport,31.1.2026,A-17`,
  ];
  return file('key_sites.csv', Buffer.from([...rows, ''].join('\n')));
}

administered(
  'keyboard: BD-09 is seen at once, dates of another form are read, a column is kept',
  async () => {
    const table = await site('OPT0');
    await visit(browser, { hash: importing, before: signedIn('administrator') }, async (page) => {
      await mapReady(page);
      await page.locator('[name=files]:enabled').setInputFiles(table);
      const card = page.locator('[data-upload="key_sites.csv"]');
      await card.locator('[data-column="评估日期"]').selectOption('assessed_at');
      const column = card.locator('[data-column="旧编号"]');
      await column.focus();
      await page.keyboard.press('ArrowDown');
      assert.equal(await column.inputValue(), kept);
      await page.getByRole('radio', { name: 'WGS 84' }).focus();
      await page.keyboard.press('Space');
      await page.locator('#crs [data-metres="0"]').waitFor();
      await page.keyboard.press('ArrowUp'); // around to the last
      await page.locator('[name=crs][value=bd09]:checked').waitFor();
      await page.waitForFunction(() => {
        const metres = Number(document.querySelector('#crs [data-metres]')?.getAttribute('data-metres'));
        return metres > 300 && metres < 2000;
      });
      await page.locator('#crs').getByText('与 WGS 84 相差约').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.locator('[name=crs][value=wgs84]:checked').waitFor();

      const run = page.getByRole('button', { name: '导入', exact: true }).last();
      await pressed(page.getByRole('button', { name: '试导', exact: false }));
      await page.locator('[data-counts="1,0,1"]').waitFor(); // 31.1.2026 is none as the city writes them
      await page.locator('#other-dates').getByText('日期写法').waitFor();
      await card.locator('[name=date_format]').focus();
      await page.keyboard.type('D.M.YYYY');
      await page.keyboard.press('Tab');
      await accessible(page, 'a date of another form, and a column that is kept');
      await pressed(run);
      await page.getByText('导入完成').waitFor();
    });
    const { body } = await send('administrator', 'GET', '/v1/places/OPT0');
    const { detail, external_refs } = body as Record<string, Record<string, unknown>>;
    assert.equal(detail?.['assessed_at'], '2026-01-31');
    assert.deepEqual(external_refs, { 旧编号: 'A-17' });
  },
);

administered(
  'mouse: a file that the server has no more is sent again, and what was filled in stays',
  async () => {
    const table = await site('OPT1');
    const hash = importing.replace('zh', 'en');
    await visit(browser, { hash, expected: /404/, before: signedIn('administrator') }, async (page) => {
      const sent = page.waitForResponse(
        (of) => of.request().method() === 'POST' && of.url().includes('/v1/uploads'),
      );
      await page.locator('[name=files]:enabled').setInputFiles(table);
      const { id } = (await (await sent).json()) as Upload;
      const card = page.locator('[data-upload="key_sites.csv"]');
      await card.locator('[data-column="名称"]').selectOption('address');
      await page.getByRole('radio', { name: 'WGS 84' }).check();
      await page.locator('#crs [data-metres="0"]').waitFor();
      await forgotten(id);
      await page.getByRole('button', { name: 'Try', exact: false }).click();
      await page.locator('#gone').getByText('Send it again', { exact: false }).waitFor();
      await accessible(page, 'a file that is gone');
      await page.locator('#gone button').click();
      await page.locator('#gone').waitFor({ state: 'detached' });
      assert.equal(await card.locator('[data-column="名称"]').inputValue(), 'address');
      await page.getByRole('button', { name: 'Try', exact: false }).click();
      await state(page, 'done');
    });
  },
);

/** Has the server drop a file, as it does after an hour. */
async function forgotten(id: string): Promise<void> {
  await send('administrator', 'DELETE', `/v1/uploads/${id}`);
}

administered(
  'files that are being sent stay where the reader looks at something else meanwhile',
  async () => {
    const [one, two] = [await site('KEEP0'), await site('KEEP1')];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const options = { hash: importing, before: signedIn('administrator'), expected: /status of 4\d\d/ };
    await visit(browser, options, async (page) => {
      let sent = 0;
      await page.route('**/v1/uploads*', async (route) => {
        if (route.request().method() === 'POST' && ++sent === 2) await held;
        await route.continue();
      });
      const files = [one, two].map((of, i) => ({ ...of, name: `key_sites_${i}.csv` }));
      const none = {
        name: 'none.xlsx',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from('PK\x03\x04 and no more of the archive'),
      };
      await page.locator('[name=files]:enabled').setInputFiles([...files, none]);
      await page.locator('[data-upload="key_sites_0.csv"]').waitFor();
      await page.getByText('key_sites_1.csv', { exact: false }).first().waitFor(); // it is being sent
      await page.locator('#tasks [data-task=lookup]').click();
      await page.locator('section.file').waitFor({ state: 'detached' });
      release();
      await page.waitForResponse(
        (of) => of.url().includes('/v1/uploads') && of.request().method() === 'POST',
      );
      await page.locator('#tasks [data-task=data]').click();
      for (const { name } of files) await page.locator(`[data-upload="${name}"]`).waitFor();
      await page.locator('[name=files]:enabled').waitFor();
      await page.getByRole('alert').filter({ hasText: none.name }).waitFor(); // what was refused meanwhile is told of
      for (const { name } of files) await page.getByRole('button', { name: `移除 ${name}` }).click();
      await page.locator('section.file').waitFor({ state: 'detached' });
    });
  },
);
