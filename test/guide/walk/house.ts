import type { Walk } from '../walk.ts';

/** docs/administration/administrators.md, trail.md and applications.md: what belongs to the whole organisation. */
export async function administratorsAndTrail(step: Walk): Promise<void> {
  const { page, follow, shot, look, type, press, go } = step;
  await go('Administrators');
  await look('administrators', page);
  await follow('Invite an administrator');
  await type('User name', 'ada');
  await press('Invite');
  await page.getByRole('alert').waitFor();
  await look('invite-name-taken', page);
  await type('User name', 'grace');
  await press('Invite');
  await page.getByRole('heading', { name: 'A link for grace' }).waitFor();
  await shot('invite-link', page);
  await follow('Done');
  await shot('administrators-invited', page);
  await follow('Require it of everybody');
  await shot('require-factor', page);
  await go('Your sign-in');
  await shot('your-sign-in-protected', page);
  await trail(step);
  await programs(step);
}

async function trail({ page, shot, look, press, go }: Walk): Promise<void> {
  await go('Trail');
  await page.getByLabel('Kind').selectOption('Changes only');
  await press('Filter');
  await page.getByText('Sealed up to record').waitFor();
  await shot('trail', page);
  await page.getByLabel('Event name').fill('NoSuchEvent');
  await press('Filter');
  await look('trail-none', page);
  await press('Verify the trail');
  await page.getByText('The trail is being verified').waitFor();
}

/** Applications that trust Carillon, and keys for programs. */
async function programs({ page, follow, shot, look, type, press, go }: Walk): Promise<void> {
  await go('Applications');
  await type('Name', 'Wiki');
  await type('Redirect URIs', 'https://wiki.acme.example/callback');
  await look('application-new', page);
  await press('Register');
  await page.getByText('Copy the secret now').waitFor();
  await look('application-secret', page);
  await follow('Go to the application');
  await look('application', page);
  await go('Applications');
  await look('applications', page);

  await go('Access keys');
  await look('access-keys-empty', page);
  await press('Create access key');
  await page.getByRole('heading', { name: 'New access key' }).waitFor();
  await shot('access-key-new', page);
  await follow('I have copied it');
  await shot('access-keys', page);
}
