import { type Request, type Response, Router } from 'express';
import { isEnterprise } from '../../accounts/domains/verify.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import type { Diagnosis } from '../../directory/ldap/diagnosis/diagnose.ts';
import { testDirectory } from '../../directory/ldap/diagnosis/test.ts';
import { listDirectories, requireDirectory } from '../../directory/ldap/directories.ts';
import { authoriseDirectory } from '../../directory/ldap/settings/authorise.ts';
import { followingOf } from '../../directory/ldap/sync/status.ts';
import type { DirectoryInput } from '../../directory/ldap/settings/input.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { html } from '../../platform/http/pages/html.ts';
import { alertOf, buttonForm, type Fault, faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { texts as factorTexts } from '../second-factor/texts.ts';
import { policyView } from '../second-factor/view.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { diagnosisView } from './diagnosis-view.ts';
import { followingView } from './following-view.ts';
import { inputNames, settingsForm, type Typed } from './form-view.ts';
import { texts } from './texts.ts';
import { factsView, listView } from './view.ts';

interface Answer {
  typed?: Typed;
  fault?: Fault;
  trials?: readonly Diagnosis[];
}

/** `/console/accounts/{id}/directory`: the directories that an account may use, their settings and tests. */
export function directoryRoutes({ ground, ldap }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { read } = ground.db;
  const path = '/console/accounts/:accountId/directory';

  router.get(path, async (req, res) => {
    const place = placeOf(req);
    const { accountId } = place.scope;
    ground.trail.observed({ eventName: 'ListDirectories', ...place.scope });
    const body = listView({
      place,
      enterprise: await isEnterprise(read, accountId),
      otherSource: (await connectionOf(read, accountId)) !== null,
      directories: await listDirectories(read, place.scope),
    });
    show(req, res, { title: texts.title, part: 'directory', body });
  });

  router.get(`${path}/new`, (req, res) => newOne(req as Request, res));

  router.post(`${path}/new`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    const input = inputOf(req as Request);
    try {
      const { id, doubts } = await authoriseDirectory(ground, ldap, scope, input, null);
      done(res, `${base}/directory/${id}`, doubts.length > 0 ? 'directoryDoubted' : 'directoryAuthorised');
    } catch (error) {
      newOne(req as Request, res, { typed: input, fault: faultOf(error) });
    }
  });

  const one = async (req: Request, res: Response, directoryId: string, answer: Answer = {}): Promise<void> => {
    const place = placeOf(req);
    const { base, csrf } = place;
    const { typed, fault, trials } = answer;
    const directory = await requireDirectory(read, place.scope, directoryId);
    const at = `${base}/directory/${directory.id}`;
    const scope = { ...place.scope, connectionId: directory.id };
    const following = directory.connectedAt === null ? null : await followingOf(read, scope);
    const [way, label] = directory.connectedAt === null ? ['connect', texts.connect] : ['disconnect', texts.disconnect];
    const body = html`${alertOf(fault, inputNames)} ${factsView(place, directory)}
      ${following && followingView(place, directory, following)}
      <div class="actions">
        ${buttonForm(csrf, `${at}/test`, texts.test)}<a class="button quiet" href="${at}/${way}">${label}</a>
      </div>
      <p class="hint">${texts.testHint}</p>
      ${trials && html`<h2>${texts.testTitle(directory.name)}</h2>`} ${trials && diagnosisView(trials)}
      ${policyView(at, directory.secondFactorSince !== null, { required: factorTexts.directoryRequired, optional: factorTexts.directoryOptional })}
      <h2>${texts.settings}</h2>
      ${settingsForm({ csrf, action: at, directory, typed, fault })}
      <hr />
      <p class="actions">
        ${directory.connectedAt === null && html`<a class="button quiet" href="${at}/remove">${texts.remove}</a>`}
        <a href="${base}/directory">${texts.back}</a>
      </p>`;
    show(req, res, { title: directory.name, part: 'directory', body, status: fault?.status ?? 200 });
  };

  router.get(`${path}/:directoryId`, async (req, res) => {
    await one(req as Request, res, req.params.directoryId);
  });

  router.post(`${path}/:directoryId`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    const { directoryId } = req.params;
    const input = inputOf(req as Request);
    try {
      const { doubts } = await authoriseDirectory(ground, ldap, scope, input, directoryId);
      done(res, `${base}/directory/${directoryId}`, doubts.length > 0 ? 'directoryDoubted' : 'directorySaved');
    } catch (error) {
      await one(req as Request, res, directoryId, { typed: input, fault: faultOf(error) });
    }
  });

  router.post(`${path}/:directoryId/test`, async (req, res) => {
    const { directoryId } = req.params;
    const trials = await testDirectory(ground, ldap, placeOf(req as Request).scope, directoryId);
    await one(req as Request, res, directoryId, { trials });
  });
  return router;
}

/** The form of a directory that is not there yet. */
function newOne(req: Request, res: Response, { typed, fault }: Answer = {}): void {
  const { base, csrf } = placeOf(req);
  const action = `${base}/directory/new`;
  const body = html`${alertOf(fault, inputNames)}
    <p>${texts.newIntro}</p>
    ${settingsForm({ csrf, action, directory: null, typed, fault })}
    <hr />
    <p><a href="${base}/directory">${texts.back}</a></p>`;
  show(req, res, { title: texts.newTitle, part: 'directory', body, status: fault?.status ?? 200 });
}

function inputOf(req: Request): DirectoryInput {
  const given = formOf(req);
  return Object.fromEntries(inputNames.map((name) => [name, given.get(name) ?? ''])) as unknown as DirectoryInput;
}
