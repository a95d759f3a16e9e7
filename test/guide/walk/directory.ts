import { until } from '../../support/until.ts';
import type { Walk } from '../walk.ts';

/** docs/administration/connect-active-directory.md: an account of its own, its directory, its groups. */
export async function activeDirectory(step: Walk): Promise<void> {
  const { stage, page, shot, look, type, press, go, follow } = step;
  await go('Accounts');
  await type('Name', 'Acme Works');
  await press('Create account');
  await page.getByText('The account was created').waitFor();
  await go('Active Directory');
  await look('directory-needs-domain', page);
  await verified(step, 'works.acme.example');
  await go('Active Directory');
  await look('directory-none', page);

  const { activeDirectory: ad } = stage;
  await follow('Authorise a directory');
  await type('Servers', ad.url);
  await type('Service account', ad.bindName);
  await type('Password of the service account', ad.bindPassword);
  await press('Save and check');
  await page.getByRole('alert').waitFor();
  await shot('directory-unknown-authority', page);
  await type('Password of the service account', ad.bindPassword);
  await type('Certificate authority', ad.ca);
  await page.getByText('More settings').click();
  await look('directory-more', page);
  await press('Save and check');
  await page.getByText('was tried and saved').waitFor();
  await press('Test');
  await page.getByText('direct members').waitFor();
  await shot('directory-tested', page);
  await follow('Connect');
  await shot('directory-connect', page);
  await press('Connect directory');
  await page.getByText('The directory is connected').waitFor();
  await look('directory-no-groups', page);

  await type('Group name', 'No such group');
  await press('Add group');
  await page.getByRole('alert').waitFor();
  await look('directory-group-not-found', page);
  await type('Group name', 'Carillon Pro');
  await page.locator('#tier').selectOption('Pro');
  await press('Add group');
  await page.getByText('The group has its permission tier').waitFor();
  await shot('directory-groups', page);
  await go('Active Directory');
  await look('directory-list', page);
  await follow('Disconnect corp.acme.example');
  // Its members are read a moment after the group has its tier.
  await until(
    async () => (await page.reload()) !== null && (await page.getByText('2 people keep').count()) > 0,
    20_000,
  );
  await shot('directory-disconnect', page);
  ad.set({ silentAfter: 0 });
  await go('Active Directory');
  await follow('corp.acme.example');
  await press('Test');
  await page.getByText('The server did not answer in time').waitFor();
  await look('directory-test-failed', page);
}

/** Claims a domain and proves it, as on any first day. */
async function verified({ stage, page, type, press, go }: Walk, domain: string): Promise<void> {
  await go('Domains');
  await type('Domain', domain);
  await press('Claim domain');
  await page.getByText('The domain was claimed').waitFor();
  const [name = '', value = ''] = await page.locator('.panel .copy').allInnerTexts();
  stage.carillon.dns.set(name, [value]);
  await press(`Verify now ${domain}`);
  await page.getByText(`${domain} is verified.`).waitFor();
}
