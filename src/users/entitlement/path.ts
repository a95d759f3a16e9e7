import type { Tier } from '../../accounts/accounts/types.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type GroupStep, stepsAbove } from './above.ts';

/** The way from a person to a group that has a tier, or has none: each group is a member of the next. */
export interface GroupPath {
  groups: string[];
  /** The tier of the last group. */
  tier: Tier | null;
}

export interface GroupPaths {
  /** Those that give a tier first, then the shorter ones. */
  paths: GroupPath[];
  /** Whether there are more ways to a tier than are told. */
  more: boolean;
}

/** Ways that are told. */
const mostPaths = 20;
/** Ways that are begun: groups in each other have more ways through them than anybody could read. */
const mostTried = 5_000;

interface Way {
  id: string;
  names: string[];
  through: ReadonlySet<string>;
}

/**
 * Every way by which a person comes to a tier (group → groups that hold it → mapping), none through a group twice; then
 * the shortest to each group that gives none. What `entitlement` concludes, with the steps in between.
 */
export async function groupPaths(on: Reader, userId: string): Promise<GroupPaths> {
  const above = Map.groupBy(await stepsAbove(on, [userId], true), ({ memberId }) => memberId);
  for (const steps of above.values()) steps.sort((a, b) => (a.groupName < b.groupName ? -1 : 1));
  const leading = leadingToTier(above, userId);
  const given: GroupPath[] = [];
  const ways: Way[] = [{ id: userId, names: [], through: new Set() }];
  for (const { id, names, through } of ways) {
    for (const { groupId, groupName, tier } of above.get(id) ?? []) {
      if (!leading.has(groupId) || through.has(groupId)) continue;
      const way = { id: groupId, names: [...names, groupName], through: new Set([...through, groupId]) };
      if (tier !== null) given.push({ groups: way.names, tier });
      if (ways.length < mostTried) ways.push(way);
    }
    if (given.length > mostPaths) break;
  }
  const paths = given.slice(0, mostPaths).toSorted((a, b) => rank(a) - rank(b));
  const others = shortest(above, userId).slice(0, Math.max(0, mostPaths - paths.length));
  return { paths: [...paths, ...others], more: given.length > mostPaths || ways.length === mostTried };
}

type Above = ReadonlyMap<string, readonly GroupStep[]>;

/** The groups from which a way goes on to a tier, or that give one. */
function leadingToTier(above: Above, userId: string): Set<string> {
  const below = new Map<string, string[]>();
  const leading = new Set<string>();
  for (const { memberId, groupId, tier } of [...above.values()].flat()) {
    below.set(groupId, [...(below.get(groupId) ?? []), memberId]);
    if (tier !== null) leading.add(groupId);
  }
  for (const id of leading) for (const member of below.get(id) ?? []) if (member !== userId) leading.add(member);
  return leading;
}

/** The shortest way to each group without a tier of its own. */
function shortest(above: Above, userId: string): GroupPath[] {
  const found = new Set([userId]);
  const paths: GroupPath[] = [];
  const queue: { id: string; names: string[] }[] = [{ id: userId, names: [] }];
  for (const { id, names } of queue) {
    for (const { groupId, groupName, tier } of above.get(id) ?? []) {
      if (found.has(groupId)) continue; // a shorter way led here, or groups that are in each other
      found.add(groupId);
      const groups = [...names, groupName];
      if (tier === null) paths.push({ groups, tier });
      if (queue.length < mostTried) queue.push({ id: groupId, names: groups });
    }
  }
  return paths;
}

const rank = ({ tier }: GroupPath): number => (tier === 'Pro' ? 0 : 1);
