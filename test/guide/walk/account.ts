import type { Walk } from '../walk.ts';

/** docs/administration/accounts.md and domains.md: an account, its name, its domain. */
export async function accountAndDomain(step: Walk): Promise<void> {
  const { page, shot, look, type, press } = step;
  await type('Name', 'Acme');
  await look('new-account', page);
  await press('Create account');
  await page.getByText('The account was created').waitFor();
  await shot('account-overview', page);

  await type('Account name', 'Acme Corporation');
  await press('Rename');
  await page.getByText('The account has its new name').waitFor();
  await type('Help contact', 'help@acme.example');
  await press('Save contact');
  await page.getByText('The help contact was saved').waitFor();
  await look('account-renamed', page);
  await domain(step);
}

async function domain({ stage, page, shot, look, type, press, go }: Walk): Promise<void> {
  await go('Domains');
  await type('Domain', 'https://acme.example/');
  await press('Claim domain');
  await page.getByRole('alert').waitFor();
  await look('domain-refused', page);
  await type('Domain', 'acme.example');
  await look('domain-claim', page);
  await press('Claim domain');
  await page.getByText('The domain was claimed').waitFor();
  await shot('domain-pending', page);

  const [name = '', value = ''] = await page.locator('.panel .copy').allInnerTexts();
  stage.carillon.dns.set(name, ['v=spf1 -all']);
  await press('Verify now acme.example');
  await page.getByText('acme.example was looked up.').waitFor();
  await shot('domain-wrong', page);
  stage.carillon.dns.set(name, [value]);
  await press('Verify now acme.example');
  await page.getByText('acme.example is verified.').waitFor();
  await shot('domain-verified', page);
}
