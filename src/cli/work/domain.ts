import { asciiName } from '../../accounts/domains/ascii.ts';
import type { Domain } from '../../accounts/domains/domain.entity.ts';
import { claimDomain, listDomains } from '../../accounts/domains/domains.ts';
import { verifyDomain } from '../../accounts/domains/verify.ts';
import { removalSays } from '../../console/domains/removal.ts';
import { texts } from '../../console/domains/texts.ts';
import { outcomeText, shownDomain } from '../../console/domains/view.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { loseDomain, removeDomain } from '../../users/lifecycle/domains.ts';
import { accountOf, byIdOrName, notFound, scopeOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { type Exit, exits } from '../frame/exit.ts';
import { withHouse } from '../frame/house.ts';
import type { Cell } from '../frame/output.ts';

const present = (domain: Domain) => ({
  id: domain.id,
  accountId: domain.accountId,
  name: domain.name,
  status: domain.state,
  record: { name: domain.recordName, type: 'TXT', value: domain.recordValue },
  createdAt: iso(domain.createdAt),
  verifiedAt: isoOrNull(domain.verifiedAt),
  checkedAt: isoOrNull(domain.checkedAt),
  lastOutcome: domain.lastOutcome,
  absentChecks: domain.absentChecks,
});

const factsOf = (domain: Domain): [string, Cell][] => [
  ['Domain', shownDomain(domain.name)],
  ['Status', texts.states[domain.state].text],
  ['TXT record', domain.recordName],
  ['Value', domain.recordValue],
  ['Verified', isoOrNull(domain.verifiedAt)],
  ['Last check', isoOrNull(domain.checkedAt)],
  ['What DNS said', outcomeText(domain.lastOutcome)],
  ['ID', domain.id],
];

async function domainNamed(on: Reader, accountId: string, given: string): Promise<Domain> {
  const found = byIdOrName(await listDomains(on, accountId), asciiName(given.trim()) ?? given);
  if (!found) throw notFound('domain', given);
  return found;
}

export const claim = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const domain = await claimDomain(ground, account.organisationId, account.id, { domain: call.required('domain') });
    call.output.one({ json: present(domain), facts: factsOf(domain) });
    call.output.talk(texts.record);
    call.output.talk(`Then: carillon domain verify ${domain.name}`);
  });

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const domains = await listDomains(ground.db.read, account.id);
    ground.trail.observed({ eventName: 'ListDomains', ...scopeOf(account) });
    call.output.list({
      name: 'domains',
      items: domains.map(present),
      columns: {
        DOMAIN: ({ name }) => shownDomain(name),
        STATUS: ({ status }) => texts.states[status].text,
        VERIFIED: ({ verifiedAt }) => verifiedAt,
        'LAST CHECK': ({ checkedAt }) => checkedAt,
        FOUND: ({ lastOutcome }) => lastOutcome,
      },
      empty: `${account.name} has claimed no domain yet. Claim one: carillon domain claim <domain>`,
    });
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const domain = await domainNamed(ground.db.read, account.id, call.required('domain'));
    ground.trail.observed({ eventName: 'ListDomains', ...scopeOf(account) });
    call.output.one({ json: present(domain), facts: factsOf(domain) });
  });

export const verify = (call: Call): Promise<Exit> =>
  withHouse(call, async ({ ground, dns }) => {
    const account = await accountOf(ground.db.read, call);
    const { id: domainId, name } = await domainNamed(ground.db.read, account.id, call.required('domain'));
    const looking = verifyDomain(ground, dns, loseDomain(ground), { ...scopeOf(account), domainId });
    const { domain, answer } = await call.output.during(`Asking DNS for ${name}`, looking);
    const found = domain.lastOutcome === 'found';
    call.output.one({ json: { ...present(domain), asked: answer.asked }, facts: factsOf(domain) });
    if (!found) {
      for (const { server, role, result, values } of answer.asked) {
        call.output.talk(`${server} (${texts.roles[role]}): ${texts.results[result]} ${values.join(' | ')}`.trimEnd());
      }
    }
    return found ? exits.done : exits.refused;
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const scope = scopeOf(account);
    const domain = await domainNamed(ground.db.read, account.id, call.required('domain'));
    const shown = shownDomain(domain.name);
    await confirm(call, [
      `${shown} will be removed from ${account.name}.`,
      ...(await removalSays(ground.db.read, domain)),
    ]);
    const { putOut, accountType } = await removeDomain(ground, { ...scope, domainId: domain.id });
    call.output.done(
      { id: domain.id, name: domain.name, putOut, accountType },
      `${shown} was removed; ${putOut} put out.`,
    );
  });
