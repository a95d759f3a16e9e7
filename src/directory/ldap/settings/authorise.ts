import { randomBytes } from 'node:crypto';
import { requireAccount } from '../../../accounts/accounts/accounts.ts';
import { isEnterprise } from '../../../accounts/domains/verify.ts';
import { accountErrors } from '../../../accounts/errors.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { asRow } from '../../../platform/database/columns.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { announceDirectory } from '../changed.ts';
import type { LdapClient } from '../client/client.ts';
import type { LdapClients } from '../clients.ts';
import { type Diagnosis, diagnose } from '../diagnosis/diagnose.ts';
import { requireDirectory } from '../directories.ts';
import { bindPasswordSecret, type Directory, DirectoryTable } from '../directory.entity.ts';
import { ldapErrors } from '../errors.ts';
import { baseOf, defaultsOf, kindOf } from '../kinds.ts';
import { domainIdOf } from './domain-id.ts';
import { groupDefaults } from './group-defaults.ts';
import { type DirectoryInput, type Draft, readDraft } from './input.ts';

const mostDirectories = 10;

/**
 * Lets an account use a directory (AuthorizeDirectory), or changes one that it may use: after its servers were reached,
 * the service account accepted and the base found. What it is, and the defaults that follow, is read from it.
 * @param directoryId of the one to change; null for a new one
 * @returns it, and what does not keep it from being saved, and is to be looked at all the same
 * @throws directory.*, naming the field; account.notFound, account.notEnterprise
 */
export async function authoriseDirectory(
  ground: Ground,
  ldap: LdapClients,
  scope: Scope,
  input: DirectoryInput,
  directoryId: string | null,
): Promise<Directory & { doubts: string[] }> {
  const { organisationId, accountId } = scope;
  const action = {
    eventName: 'AuthorizeDirectory',
    organisationId,
    accountId,
    requestParameters: {
      accountId,
      ...(directoryId !== null && { directoryId }),
      name: input.name.slice(0, 200),
      servers: input.servers.slice(0, 2048),
      bindName: input.bindName.slice(0, 1024),
      baseDn: input.baseDn.slice(0, 1024),
    },
  };
  let tried: TriedOut;
  let doubts: string[];
  let password: string;
  try {
    await requireEnterprise(ground.db.read, scope);
    const present = directoryId === null ? null : await requireDirectory(ground.db.read, scope, directoryId);
    const draft = readDraft(input, present);
    password = draft.bindPassword ?? ldap.passwordOf(present!);
    ({ tried, doubts } = await tryOut(
      ldap,
      scope,
      draft,
      password,
      present?.id ?? `d-${randomBytes(5).toString('hex')}`,
    ));
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
  const directory = await ground.trail.perform(action, async (m) => {
    // Again: the directory's answer took its time.
    await requireEnterprise(m, scope);
    const present = directoryId === null ? null : await requireDirectory(m, scope, directoryId);
    if (!present && (await m.countBy(DirectoryTable, { organisationId, accountId })) >= mostDirectories) {
      throw ldapErrors('directory.tooMany', { values: { limit: mostDirectories } });
    }
    if (present?.connectedAt) requireSame(present, tried);
    const result: Directory = {
      ...tried,
      domainId: tried.domainId ?? (present?.connectedAt ? present.domainId : null),
      bindPassword: ground.seal.seal(password, placeIn(bindPasswordSecret, tried.id)),
      createdAt: present?.createdAt ?? clock.now(),
      // Whoever holds connections to it by the former settings is told by this.
      updatedAt: Math.max(clock.now(), (present?.updatedAt ?? 0) + 1),
      connectedAt: present?.connectedAt ?? null,
      secondFactorSince: present?.secondFactorSince ?? null,
    };
    if (present) await m.update(DirectoryTable, { id: result.id }, asRow(result));
    else await m.insert(DirectoryTable, asRow(result));
    announceDirectory(ground, result.id);
    return { result, responseElements: { directoryId: result.id, kind: result.kind } };
  });
  return { ...directory, doubts };
}

type TriedOut = Omit<Directory, 'bindPassword' | 'createdAt' | 'connectedAt' | 'secondFactorSince'>;

async function requireEnterprise(on: Reader, { organisationId, accountId }: Scope): Promise<void> {
  await requireAccount(on, organisationId, accountId);
  if (!(await isEnterprise(on, accountId))) throw accountErrors('account.notEnterprise');
}

async function tryOut(
  ldap: LdapClients,
  scope: Scope,
  draft: Draft,
  bindPassword: string,
  id: string,
): Promise<{ tried: TriedOut; doubts: string[] }> {
  const trials = await diagnose(ldap.outbound, { ...draft, bindPassword });
  const root = trials.find(({ steps }) => steps.some(({ step, ok }) => step === 'base' && ok))?.root;
  if (!root) throw failure(trials);
  const kind = kindOf(root);
  const defaults = defaultsOf[kind];
  const baseDn = draft.baseDn ?? baseOf(root) ?? '';
  const client: LdapClient = ldap.open(draft, bindPassword);
  const asked = async () => ({
    domainId: await domainIdOf(client, kind, root, baseDn),
    groups: await groupDefaults(client, kind, baseDn, draft),
  });
  const { domainId, groups } = await asked().finally(() => client.close());
  const now = clock.now();
  const tried: TriedOut = {
    ...scopeOf(scope),
    id,
    name: draft.name ?? nameOf(baseDn),
    kind,
    servers: draft.servers,
    ca: draft.ca,
    bindName: draft.bindName,
    baseDn,
    userFilter: draft.userFilter ?? defaults.userFilter,
    groupFilter: groups.groupFilter,
    attributes: { ...defaults.attributes, ...draft.attributes, member: groups.member },
    domainId,
    updatedAt: now,
    checkedAt: now,
  };
  const isOtherFilter = tried.groupFilter !== (draft.groupFilter ?? defaults.groupFilter);
  return { tried, doubts: doubtsOf(trials, isOtherFilter) };
}

/** What failed of servers, or filters, although the directory as a whole can be used. */
function doubtsOf(trials: readonly Diagnosis[], isOtherFilter: boolean): string[] {
  return trials.flatMap(({ server, steps }) =>
    steps
      .filter(({ ok, step }) => !ok && !(step === 'group' && isOtherFilter))
      .map(({ says, advice }) => `${server}: ${says} ${advice ?? ''}`.trim()),
  );
}

/**
 * Whom a connected directory names are the people that it has named: by the same ids, of the same domain. A domain whose
 * id cannot be read, then or now, is the same where no other server is asked.
 */
function requireSame(
  present: Directory,
  { servers, domainId, attributes }: Pick<Directory, 'servers' | 'domainId' | 'attributes'>,
): void {
  const unknown = present.domainId === null || domainId === null;
  const sameServers = servers.every((server) => present.servers.includes(server));
  if (present.domainId !== domainId && !(unknown && sameServers)) {
    throw ldapErrors('directory.anotherDomain', { field: 'servers' });
  }
  if (present.attributes.id.toLowerCase() !== attributes.id.toLowerCase()) {
    throw ldapErrors('directory.anotherId', { field: 'attributes', values: { value: present.attributes.id } });
  }
}

const scopeOf = ({ organisationId, accountId }: Scope): Scope => ({ organisationId, accountId });

/** The step at which the first server failed, at the field that is to blame. */
function failure(trials: readonly Diagnosis[]): CarillonError {
  const first = trials[0];
  const failed = first?.steps.find(({ ok }) => !ok);
  if (!first || !failed) return ldapErrors('directory.unavailable', { field: 'servers' });
  const { says, advice, step, reason } = failed;
  return ldapErrors('directory.checkFailed', {
    field: fieldOf(step, reason),
    values: { server: first.server, says, advice: advice ?? '' },
    detail: trials.map(({ server, steps }) => `${server} ${steps.at(-1)?.step}: ${steps.at(-1)?.reason}`).join('; '),
  });
}

function fieldOf(step: string, reason: string | null): string {
  if (step === 'base') return 'baseDn';
  if (step === 'bind' && reason === 'credentials') return 'bindPassword';
  return reason === 'unknownAuthority' || reason === 'selfSigned' ? 'ca' : 'servers';
}

/** `DC=corp,DC=example,DC=com` is corp.example.com. */
function nameOf(baseDn: string): string {
  const parts = [...baseDn.matchAll(/(?:^|,)\s*dc=([^,]+)/gi)].map(([, part]) => part);
  return (parts.join('.') || baseDn || 'Directory').slice(0, 200);
}
