import { client } from '../stage.ts';
import type { Walk } from '../walk.ts';

/** docs/administration/okta.md: the OpenID application, the access key, the first push. */
export async function singleSignOn({ stage, page, follow, shot, look, type, press, go }: Walk): Promise<void> {
  await go('Single sign-on');
  await look('sso-empty', page);
  const [redirectUri = '', initiateUri = '', scimUrl = ''] = await page.locator('.panel .copy').allInnerTexts();
  await stage.register(redirectUri, initiateUri);

  await type('Issuer', `${stage.issuer}/oauth2/wrong`);
  await type('Client ID', client.id);
  await type('Client secret', client.secret);
  await press('Save and check');
  await page.getByRole('alert').waitFor();
  await shot('sso-wrong-issuer', page);
  await type('Issuer', stage.issuer);
  await type('Client secret', client.secret);
  await press('Save and check');
  await page.getByText('settings were saved').waitFor();
  await shot('sso-saved', page);

  await type('Name', 'Okta');
  await press('Create access key');
  await page.getByRole('heading', { name: 'New access key' }).waitFor();
  await shot('scim-key', page);
  const [token = ''] = await page.locator('.facts .copy').allInnerTexts();
  await follow('I have copied it');

  await go('Groups');
  await look('groups-empty', page);
  const { company } = stage.directory;
  company.configure(scimUrl, token);
  await company.test();
  await company.pushNow();
  await company.idle();
  await go('Single sign-on');
  await shot('sso-keys', page);
}
