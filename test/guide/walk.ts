import type { Locator, Page } from 'playwright-core';
import { activeDirectory } from './walk/directory.ts';
import { accountAndDomain } from './walk/account.ts';
import { administratorsAndTrail } from './walk/house.ts';
import { gettingStarted } from './walk/start.ts';
import { directoryRequests } from './walk/requests.ts';
import { groupsAndPeople } from './walk/people.ts';
import { leaving } from './walk/leaving.ts';
import { singleSignOn } from './walk/connection.ts';
import type { Stage } from './stage.ts';

/** What is done at the stations of the walk; the page is as it was afterwards. */
export interface Camera {
  /** At a page that the guide shows. */
  shot: (name: string, page: Page) => Promise<void>;
  /** At a page that it does not show, such as a refusal. */
  look: (name: string, page: Page) => Promise<void>;
}

/** The administrator's first day, task by task as the guide tells it. */
export interface Walk extends Camera {
  stage: Stage;
  /** The administrator's browser. */
  page: Page;
  /** Follows a link of the navigation, until the page is there. */
  go: (label: string) => Promise<void>;
  /** Follows a link of the page, until the next one is there. */
  follow: (name: string) => Promise<void>;
  /** Presses a button, and waits for the page that it is answered with. */
  press: (name: string) => Promise<void>;
  /** Types into the field with this label. */
  type: (label: string, text: string) => Promise<void>;
}

/**
 * Walks the whole of the guide in a browser.
 * @throws Error when a page is not as the guide tells it
 */
export async function walk(stage: Stage, camera: Camera): Promise<void> {
  const { page } = await stage.visitor();
  const main = page.getByRole('main');
  const arrive = async (clicked: Locator): Promise<void> => {
    const loaded = page.waitForEvent('load');
    await Promise.all([loaded, clicked.click()]);
  };
  const step: Walk = {
    stage,
    page,
    ...camera,
    go: (label) => arrive(page.getByRole('navigation').getByRole('link', { name: label, exact: true })),
    follow: (name) => arrive(main.getByRole('link', { name, exact: true })),
    press: (name) => arrive(main.getByRole('button', { name, exact: true })),
    type: (label, text) => main.getByLabel(label, { exact: true }).fill(text),
  };
  await gettingStarted(step);
  await accountAndDomain(step);
  await singleSignOn(step);
  await groupsAndPeople(step);
  await directoryRequests(step);
  await administratorsAndTrail(step);
  await leaving(step);
  await activeDirectory(step);
}
