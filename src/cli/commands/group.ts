import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/group.ts');
const expects = { group: 'its id or its name' };
const takes = ['account', 'organisation'] as const;

export function group(cli: Cli): void {
  const it = noun(cli, 'group', 'the groups that a directory pushed, or has, and their permission tiers');
  verb(cli, it, {
    call: 'list',
    does: 'list groups with their tiers, and the tiers that wait for a group',
    takes,
    examples: ['carillon group list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'show <group>',
    does: 'show a group and its members',
    expects,
    takes: [...takes, 'limit'],
    examples: ['carillon group show "Carillon Pro"'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'map <group> <tier>',
    does: 'give a group a permission tier',
    more:
      'People in a Pro group are Pro, in a Basic group Basic, in both Pro, and in neither they may not sign in. ' +
      'A group of a connected directory is looked up there by its name, its DN, or the id that it has there; one that ' +
      'carillon group list shows, by its id.',
    expects: { group: 'its id, or exactly its name', tier: 'Pro or Basic' },
    takes,
    examples: ['carillon group map "Carillon Pro" Pro'],
    work: async () => (await load()).map,
  });
  verb(cli, it, {
    call: 'unmap <group>',
    does: 'take a group’s tier away; says first how many people lose their right',
    more: 'Whoever came in by this group alone is out at once.',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon group unmap "Carillon Pro"'],
    work: async () => (await load()).unmap,
  });
}
