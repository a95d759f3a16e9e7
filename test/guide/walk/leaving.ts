import type { Walk } from '../walk.ts';

/** docs/administration/domains.md and accounts.md: what is asked before a domain or an account goes. */
export async function leaving({ page, shot, look, go }: Walk): Promise<void> {
  await go('Accounts');
  await shot('accounts', page);
  await page.getByRole('link', { name: 'Acme Corporation' }).click();
  await shot('account-done', page);
  await page.getByRole('link', { name: 'Delete account' }).click();
  await shot('account-delete', page);
  await go('Single sign-on');
  await page.getByRole('link', { name: 'Delete these settings' }).click();
  await look('sso-delete', page);
  await go('Domains');
  await page.getByRole('link', { name: 'Remove acme.example' }).click();
  await shot('domain-remove', page);
}
