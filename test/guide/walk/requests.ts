import type { Walk } from '../walk.ts';

/** docs/administration/directory-requests.md: what the directory sent, one request, and what doing it again would do. */
export async function directoryRequests({ stage, page, follow, shot, look, type, press, go }: Walk): Promise<void> {
  await go('Single sign-on');
  await follow('See what your directory sent, and what it changed');
  await page.getByRole('heading', { name: 'Directory requests' }).waitFor();
  await look('scim-requests-all', page);
  await type('Whom it is about', 'nobody at all');
  await press('Apply filter');
  await page.getByText('No kept request matches').waitFor();
  await look('scim-requests-none', page);
  await type('Whom it is about', 'paula.prentice');
  await press('Apply filter');
  await shot('scim-requests', page);
  await page.getByRole('link', { name: 'POST /Users' }).first().click();
  await page.getByRole('heading', { name: 'POST, answered 201' }).waitFor();
  await shot('scim-request', page);
  await follow('Replay: see what it would do now');
  await page.getByText('The request would be refused now').waitFor();
  await look('scim-replay-refused', page);
  await renamed(stage);
  await go('Single sign-on');
  await follow('See what your directory sent, and what it changed');
  await page.getByLabel('Method').selectOption('PUT');
  await press('Apply filter');
  // The second name was taken back by the latest request: the one before would give it again.
  await page.getByRole('link', { name: 'PUT /Users' }).nth(1).click();
  await follow('Replay: see what it would do now');
  await page.getByText('It would change this').waitFor();
  await shot('scim-replay', page);
}

/** The directory gives somebody another name, and takes it back. */
async function renamed({ directory, carillon }: Walk['stage']): Promise<void> {
  const { company } = directory;
  const paula = company.state().people.find(({ givenName }) => givenName === 'Paula')!;
  for (const familyName of ['Painter', paula.familyName]) {
    await company.rename(paula.id, paula.givenName, familyName);
    await company.idle();
  }
  await carillon.house.inspector.flush();
}
