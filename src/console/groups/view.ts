import { tiers } from '../../accounts/accounts/types.ts';
import type { Directory } from '../../directory/ldap/directory.entity.ts';
import type { GroupLine } from '../../directory/groups/mappings.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, type Fault, field, form, select } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, empty, table } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

/** The value of the choice that takes a tier away. */
export const noTier = 'none';

const tierChoices = tiers.map((tier) => ({ value: tier as string, text: tier as string }));
const rowChoices = [{ value: noTier, text: shared.noAccess }, ...tierChoices];

interface GroupsView {
  place: Place;
  groups: readonly GroupLine[];
  /** From which groups are added; null: they are pushed. */
  directory: Directory | null;
  /** Ids of those that the directory has no more. */
  gone: ReadonlySet<string>;
  typed?: { groupName: string; tier: string };
  fault?: Fault;
}

/** Pushed groups with a tier select each, mappings that wait, and the form by name. */
export const groupsView = ({ place, groups, directory, gone, typed, fault }: GroupsView): Html =>
  html`${alertOf(fault, ['groupName', 'tier'])}
    <p>${directory ? texts.directoryIntro(directory.name) : texts.intro}</p>
    ${
      groups.length === 0
        ? directory
          ? empty(texts.directoryNone)
          : empty(html`${texts.none} <a href="${place.base}/connection">${texts.noneLink}</a>.`)
        : table(
            directory ? texts.directoryCaption : texts.caption,
            [texts.group, texts.members, texts.tier],
            groups.map((group, i) => [
              group.groupName,
              group.groupId === null ? '–' : group.members,
              group.groupId === null
                ? waitingView(place, group)
                : html`${tierForm(place, group, `tier-${i}`)}${gone.has(group.groupId) && goneView}`,
            ]),
          )
    }
    <h2>${texts.add}</h2>
    ${form(
      place.csrf,
      `${place.base}/groups`,
      html`${field({ name: 'groupName', label: texts.name, value: typed?.groupName ?? '', hint: directory ? texts.directoryHint : texts.addHint, fault, required: true, maxlength: directory ? 1024 : 256, exact: true })}
        ${select({ name: 'tier', label: texts.tier, choices: tierChoices, value: typed?.tier, fault })}
        <div class="actions"><button>${texts.addButton}</button></div>`,
    )}`;

function tierForm({ base, csrf }: Place, { groupName, mappingId, tier }: GroupLine, id: string): Html {
  const chooser = select({
    name: 'tier',
    id,
    label: texts.tierOf(groupName),
    choices: rowChoices,
    value: tier ?? noTier,
    quietLabel: true,
  });
  const button = html`<button class="quiet">${texts.save}<span class="visually-hidden"> ${groupName}</span></button>`;
  if (mappingId !== null) return form(csrf, `${base}/groups/${mappingId}`, html`${chooser}${button}`);
  const hidden = html`<input type="hidden" name="groupName" value="${groupName}" />`;
  return form(csrf, `${base}/groups`, html`${hidden}${chooser}${button}`);
}

const goneView = html`${badge(texts.gone, 'warn')}
  <p class="hint">${texts.goneHint}</p>`;

const waitingView = ({ base }: Place, { groupName, mappingId, tier }: GroupLine): Html =>
  html`${tier} ${badge(texts.waiting, 'warn')}
    <p class="hint">${texts.waitingHint}</p>
    <a href="${base}/groups/${mappingId}/remove">${texts.remove}<span class="visually-hidden"> ${groupName}</span></a>`;
