import { appCode } from '../../console/support.ts';
import type { Walk } from '../walk.ts';

export const password = 'seven bells at noon';

/** docs/administration/getting-started.md: the link, the password, the second factor. */
export async function gettingStarted({ stage, page, follow, shot, look, type, press, go }: Walk): Promise<void> {
  await page.goto(stage.carillon.setUpLink);
  await type('Organisation', 'Acme Group');
  await type('User name', 'ada');
  await type('Password', password);
  await type('Password, again', password);
  await shot('set-up', page);
  await press('Set password and sign in');
  await page.getByText('Your password is set').waitFor();
  await shot('first-page', page);

  await follow('Protect your sign-in');
  await look('your-sign-in', page);
  await follow('Set up an app');
  await shot('authenticator-app', page);
  const secret = (await page.locator('.steps .copy').innerText()).replaceAll(' ', '');
  await type('Code', await appCode(secret));
  await press('Add the app');
  await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  await shot('recovery-codes', page);
  await follow('I have kept them');
  await go('Accounts');
}
