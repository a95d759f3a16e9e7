import type { Walk } from '../walk.ts';

/** docs/administration/domains.md and accounts.md: what is asked before a domain or an account goes. */
export async function leaving({ page, follow, shot, look, go }: Walk): Promise<void> {
  await go('Accounts');
  await shot('accounts', page);
  await follow('Acme Corporation');
  await shot('account-done', page);
  await follow('Delete account');
  await shot('account-delete', page);
  await go('Single sign-on');
  await follow('Delete these settings');
  await look('sso-delete', page);
  await go('Domains');
  await follow('Remove acme.example');
  await shot('domain-remove', page);
}
