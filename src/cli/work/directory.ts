import { readFileSync } from 'node:fs';
import type { Account } from '../../accounts/accounts/account.entity.ts';
import { connectDirectory } from '../../auth/connectors/ldap/connect.ts';
import { disconnectDirectory } from '../../auth/connectors/ldap/disconnect.ts';
import { kindNames, texts } from '../../console/directory/texts.ts';
import { requireFactorAtDirectory } from '../../auth/people/require-factor.ts';
import { texts as factorTexts } from '../../console/second-factor/texts.ts';
import type { Diagnosis } from '../../directory/ldap/diagnosis/diagnose.ts';
import { testDirectory } from '../../directory/ldap/diagnosis/test.ts';
import { stepNames } from '../../directory/ldap/diagnosis/texts.ts';
import { connectedDirectory, listDirectories } from '../../directory/ldap/directories.ts';
import type { Directory } from '../../directory/ldap/directory.entity.ts';
import { ldapErrors } from '../../directory/ldap/errors.ts';
import { authoriseDirectory } from '../../directory/ldap/settings/authorise.ts';
import { attributesText, type DirectoryInput } from '../../directory/ldap/settings/input.ts';
import { unauthoriseDirectory } from '../../directory/ldap/settings/unauthorise.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { wouldDisconnect } from '../../users/lifecycle/would-end.ts';
import { lostByConnecting } from '../../users/lifecycle/would-lose.ts';
import { accountOf, byIdOrName, notFound, scopeOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { cliErrors } from '../frame/errors.ts';
import { type Exit, exits } from '../frame/exit.ts';
import { callerName, withHouse } from '../frame/house.ts';
import { secretOf } from '../frame/secret.ts';

export async function chosen(on: Reader, account: Account, given: string): Promise<Directory> {
  const found = byIdOrName(await listDirectories(on, scopeOf(account)), given);
  if (!found) throw notFound('directory', given);
  return found;
}

const present = ({ id, accountId, name, kind, servers, ca, bindName, baseDn, ...rest }: Directory) => ({
  id,
  accountId,
  name,
  kind,
  connected: rest.connectedAt !== null,
  servers,
  ca,
  bindName,
  baseDn,
  userFilter: rest.userFilter,
  groupFilter: rest.groupFilter,
  attributes: rest.attributes,
  createdAt: iso(rest.createdAt),
  updatedAt: iso(rest.updatedAt),
  checkedAt: iso(rest.checkedAt),
  connectedAt: isoOrNull(rest.connectedAt),
  secondFactorRequired: rest.secondFactorSince !== null,
});

function tell(call: Call, directory: Directory): void {
  call.output.one({
    json: present(directory),
    facts: [
      [texts.name, directory.name],
      [texts.state, directory.connectedAt === null ? texts.authorised : texts.connected],
      [texts.kind, kindNames[directory.kind]],
      [texts.servers, directory.servers.join(' ')],
      [texts.bindName, directory.bindName],
      [texts.base, directory.baseDn],
      [texts.userFilter, directory.userFilter],
      [texts.groupFilter, directory.groupFilter],
      [texts.attributes, attributesText(directory.attributes).replaceAll('\n', ', ')],
      [texts.checked, iso(directory.checkedAt)],
      [texts.since, isoOrNull(directory.connectedAt)],
      [
        factorTexts.title,
        directory.secondFactorSince === null ? factorTexts.directoryOptional : factorTexts.directoryRequired,
      ],
      ['ID', directory.id],
    ],
  });
}

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const directories = await listDirectories(ground.db.read, scopeOf(account));
    ground.trail.observed({ eventName: 'ListDirectories', ...scopeOf(account) });
    call.output.list({
      name: 'directories',
      items: directories.map(present),
      columns: {
        NAME: ({ name }) => name,
        KIND: ({ kind }) => kind,
        STATE: ({ connected }) => (connected ? texts.connected : texts.authorised),
        SERVERS: ({ servers }) => servers.join(' '),
        ID: ({ id }) => id,
      },
      empty: `${account.name} may use no directory yet. Authorise one: carillon directory authorise`,
    });
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const directory = await chosen(ground.db.read, account, call.required('directory'));
    ground.trail.observed({ eventName: 'ListDirectories', ...scopeOf(account) });
    tell(call, directory);
  });

export const authorise = (call: Call): Promise<void> => save(call, null);
export const set = (call: Call): Promise<void> => save(call, call.required('directory'));

const save = (call: Call, given: string | null): Promise<void> =>
  withHouse(call, async ({ ground, ldap }) => {
    const account = await accountOf(ground.db.read, call);
    const directory = given === null ? null : await chosen(ground.db.read, account, given);
    const input = typed(call, directory);
    if (!input.servers || !input.bindName) {
      throw cliErrors('cli.nothingGiven', { values: { options: '--servers <urls> and --bind-name <name>' } });
    }
    const kept =
      directory !== null &&
      (['servers', 'bindName', 'caFile'] as const).every((name) => call.value(name) === undefined);
    const bindPassword = await secretOf(call, 'password of the service account', !kept);
    const saving = authoriseDirectory(
      ground,
      ldap,
      scopeOf(account),
      { ...input, bindPassword },
      directory?.id ?? null,
    );
    const { doubts, ...saved } = await call.output.during('Trying the directory', saving);
    tell(call, saved);
    for (const doubt of doubts) call.output.talk(doubt);
  });

/** What was typed, and else what is there. */
function typed(call: Call, directory: Directory | null): Omit<DirectoryInput, 'bindPassword'> {
  const file = call.value('caFile');
  return {
    name: call.value('name') ?? directory?.name ?? '',
    servers: call.value('servers') ?? directory?.servers.join('\n') ?? '',
    ca: file === undefined ? (directory?.ca ?? '') : certificates(file),
    bindName: call.value('bindName') ?? directory?.bindName ?? '',
    baseDn: call.value('base') ?? directory?.baseDn ?? '',
    userFilter: call.value('userFilter') ?? directory?.userFilter ?? '',
    groupFilter: call.value('groupFilter') ?? directory?.groupFilter ?? '',
    attributes: typedAttributes(call.value('attributes'), directory),
  };
}

/** Those that are named, over those that are there; none at all are the kind's own again. */
function typedAttributes(given: string | undefined, directory: Directory | null): string {
  if (given === '') return '';
  const before = directory ? attributesText(directory.attributes) : '';
  return `${before}\n${given?.replaceAll(',', '\n') ?? ''}`;
}

function certificates(file: string): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw ldapErrors('directory.caInvalid', { field: 'ca', detail: String(error) });
  }
}

export const test = (call: Call): Promise<Exit> =>
  withHouse(call, async ({ ground, ldap }) => {
    const account = await accountOf(ground.db.read, call);
    const directory = await chosen(ground.db.read, account, call.required('directory'));
    const testing = testDirectory(ground, ldap, scopeOf(account), directory.id);
    const trials = await call.output.during(`Trying ${directory.servers.join(', ')}`, testing);
    const ok = trials.every((trial) => trial.ok);
    if (call.output.json) {
      const servers = trials.map(({ server, ok: works, steps }) => ({ server, ok: works, steps }));
      call.output.document({ id: directory.id, name: directory.name, ok, servers });
    } else for (const trial of trials) tellTrial(call, trial);
    return ok ? exits.done : exits.refused;
  });

function tellTrial(call: Call, { server, ok, steps }: Diagnosis): void {
  call.output.line(`${server}: ${ok ? texts.ok : texts.failed}`);
  const width = Math.max(...Object.values(stepNames).map((name) => name.length));
  for (const { step, ok: passed, ms, says, advice } of steps) {
    const mark = passed ? 'ok' : 'FAILED';
    call.output.line(`  ${stepNames[step].padEnd(width)}  ${mark.padEnd(6)}  ${texts.ms(ms).padStart(9)}  ${says}`);
    if (advice !== null) call.output.line(`  ${' '.repeat(width)}  ${' '.repeat(19)}${advice}`);
  }
}

export const connect = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, ldap }) => {
    const account = await accountOf(ground.db.read, call);
    const { id, name } = await chosen(ground.db.read, account, call.required('directory'));
    const says = texts.connectSays(await lostByConnecting(ground.db.read, account.id));
    await confirm(call, [`${account.name} will be connected to ${name}.`, ...says]);
    const connecting = connectDirectory(ground, ldap, scopeOf(account), id);
    tell(call, await call.output.during(`Asking ${name}`, connecting));
  });

export const disconnect = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, ldap }) => {
    const account = await accountOf(ground.db.read, call);
    const directory = await connectedDirectory(ground.db.read, account.id);
    if (!directory) throw ldapErrors('directory.notConnected');
    const says = texts.disconnectSays(await wouldDisconnect(ground.db.read, account.id), ground.config);
    await confirm(call, [`${account.name} will be disconnected from ${directory.name}.`, ...says]);
    const accountType = await disconnectDirectory(ground, ldap, scopeOf(account), callerName());
    const { id, name } = directory;
    call.output.done({ id, name, accountType }, `${name} is disconnected, and still authorised.`);
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, ldap }) => {
    const account = await accountOf(ground.db.read, call);
    const { id, name } = await chosen(ground.db.read, account, call.required('directory'));
    await confirm(call, [`${name} will be removed from ${account.name}.`, texts.removeSays]);
    await unauthoriseDirectory(ground, ldap, scopeOf(account), id);
    call.output.done({ id, name, removed: true }, `${name} was removed.`);
  });

export const requireFactor = (call: Call): Promise<void> => factor(call, true);
export const relaxFactor = (call: Call): Promise<void> => factor(call, false);

const factor = (call: Call, required: boolean): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const { id, name } = await chosen(ground.db.read, account, call.required('directory'));
    const says = required ? factorTexts.requireSays : factorTexts.relaxDirectory;
    await confirm(call, [`${name}: ${required ? factorTexts.requireTitle : factorTexts.relaxTitle}`, ...says]);
    await requireFactorAtDirectory(ground, scopeOf(account), id, required);
    const text = required ? factorTexts.directoryRequired : factorTexts.directoryOptional;
    call.output.done({ id, name, secondFactorRequired: required }, text);
  });
