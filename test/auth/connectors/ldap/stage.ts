import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import type { DirectoryScope } from '../../../../src/directory/groups/scope.ts';
import type { Directory } from '../../../../src/directory/ldap/directory.entity.ts';
import type { DirectoryKind } from '../../../../src/directory/ldap/kinds.ts';
import { DirectoryFollower } from '../../../../src/directory/ldap/sync/follower.ts';
import { stateOf, wantFull } from '../../../../src/directory/ldap/sync/state/states.ts';
import { guidOf } from '../../../../src/directory/ldap/sync/reading/person.ts';
import { shapeOf } from '../../../../src/directory/ldap/sync/reading/shape.ts';
import { ldapSource } from '../../../../src/directory/ldap/sync/source.ts';
import { equals } from '../../../../src/directory/ldap/client/filters.ts';
import { startTestCarillon, type TestCarillon } from '../../../support/carillon.ts';
import { until } from '../../../support/until.ts';
import type { Page } from '../../../support/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { connectedCompany, type Served } from '../../../directory/ldap/company.ts';

/** A whole Carillon with an account whose directory is a real server. */
export interface LdapStage {
  carillon: TestCarillon;
  scope: DirectoryScope;
  directory: Directory;
  /** Looks at the directory once. */
  poll: () => Promise<void>;
  /** Types an address, and then a name and a password. */
  signIn: (visitor: Visitor, address: string, name: string, password: string) => Promise<Page>;
  stop: () => Promise<void>;
}

/** @param groups name → tier */
export async function ldapStage(
  kind: DirectoryKind,
  server: Served & { host: string },
  domains: readonly string[],
  groups: Record<string, string>,
): Promise<LdapStage> {
  const carillon = await startTestCarillon({ outboundPrivateHosts: ['127.0.0.1', server.host] });
  const { house } = carillon;
  const { ground, ldap } = house;
  const { scope, directory } = await connectedCompany(house, kind, server, domains);
  const shape = shapeOf(directory);
  for (const [groupName, tier] of Object.entries(groups)) {
    const found = await ldap.of(directory).search({
      base: shape.base,
      filter: equals(shape.attributes.groupName, groupName),
      attributes: [shape.attributes.guid],
    });
    const externalId = guidOf(found[0]!, shape);
    await ground.db.write((m) => createGroup(ground, m, scope, { displayName: groupName, externalId }));
    await mapGroup(ground, scope, { groupName, tier });
  }
  const followed = { ...scope, name: directory.name, changedAt: 0 };
  const poll = async (): Promise<void> => {
    const follower = new DirectoryFollower(ground, ldapSource(ground, ldap));
    // The server follows too, and whoever looks has the directory for the moment.
    const before = Date.now();
    await ground.db.write((m) => wantFull(m, directory.id));
    await until(async () => {
      await follower.poll(followed);
      const state = await stateOf(ground.db.read, directory.id);
      return Math.max(state?.fullAt ?? 0, state?.failingSince ?? 0) >= before;
    }, 30_000);
    await follower.stop();
  };
  return {
    carillon,
    scope,
    directory,
    poll,
    async signIn(visitor, address, name, password) {
      const csrf = (await visitor.get('/signin')).csrf;
      const asked = await visitor.post('/signin', { csrf, email: address, target: '' });
      return visitor.post('/signin/password', { csrf: asked.csrf, email: address, name, password, target: '' });
    },
    stop: () => carillon.stop(),
  };
}
