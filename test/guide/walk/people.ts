import type { Page } from 'playwright-core';
import { demoPassword } from '../../../deploy/demo/people.ts';
import { until } from '../../support/until.ts';
import type { Walk } from '../walk.ts';

/** docs/administration/groups-and-tiers.md and people.md: tiers, who is here and why, and putting somebody out. */
export async function groupsAndPeople(step: Walk): Promise<void> {
  const { page, shot, look, type, press, go } = step;
  await go('Groups');
  await shot('groups-pushed', page);
  await type('Group name', 'Carillon pro');
  await press('Add group');
  await page.getByRole('alert').waitFor();
  await look('group-not-found', page);
  await tier(step, 'Carillon Pro', 'Pro');
  await tier(step, 'Carillon Basic', 'Basic');
  await shot('groups-mapped', page);
  await go('People');
  await look('people-before', page);

  const paula = await signIn(step, 'paula.prentice@acme.example');
  await look('person-in', paula);
  const nora = await signIn(step, 'nora.nunez@acme.example');
  await shot('person-refused', nora);
  await nora.context().close();
  await suspension(step, paula);
  await withoutTier(step);
}

async function tier({ page, press }: Walk, group: string, value: string): Promise<void> {
  await page.getByLabel(`Permission tier of ${group}`, { exact: true }).selectOption(value);
  await press(`Save ${group}`);
  await page.getByRole('status').waitFor();
}

/** A person at a device of their own, who proves to the company's provider who they are. */
async function signIn({ stage }: Walk, address: string): Promise<Page> {
  const { page } = await stage.visitor();
  await page.goto(stage.url);
  await page.getByLabel('E-mail address').fill(address);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${stage.issuer}/**`);
  await page.locator(`input[type=radio][value="${address}"]`).check();
  await page.locator('input[type=password]').fill(demoPassword);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${stage.url}/**`);
  return page;
}

async function suspension({ page, follow, shot, look, press, go }: Walk, person: Page): Promise<void> {
  await go('People');
  await shot('people', page);
  await page.getByLabel('Find people').fill('zoe');
  await press('Find');
  await page.getByText('Nobody matches').waitFor();
  await look('people-nobody', page);
  await go('People');
  await follow('Paula Prentice');
  await shot('person', page);
  await follow('Suspend');
  await shot('suspend', page);
  await press('Suspend');
  await page.getByText('The person is suspended').waitFor();
  await person.getByRole('alert').waitFor();
  await shot('person-out', person);
  await person.context().close();
  await until(async () => {
    await page.reload();
    return (await page.getByRole('region', { name: 'What was ended' }).count()) > 0;
  });
  await shot('suspended', page);
  await go('Receipts');
  await shot('receipts', page);
  await go('People');
  await follow('Paula Prentice');
  await press('Activate');
  await page.getByText('The suspension was lifted').waitFor();
  await look('activated', page);
}

/** Taking a group's tier away asks first, and says how many it puts out. */
async function withoutTier({ page, follow, shot, press, go }: Walk): Promise<void> {
  await go('Groups');
  await page.getByLabel('Permission tier of Carillon Pro', { exact: true }).selectOption('No access');
  await press('Save Carillon Pro');
  await page.getByRole('heading', { name: 'No access for Carillon Pro?' }).waitFor();
  await shot('group-no-access', page);
  await follow('Cancel');
}
