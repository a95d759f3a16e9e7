import type { FaultPoint } from '../../src/platform/fault-points/fault-points.ts';
import type { Engine } from '../../src/platform/database/sql.ts';

/** What a process that dies there leaves of the action: nothing of it, all of it, or one of these. */
type Leaves = 'nothing' | 'all' | 'either';

/** Where a process dies, which passing is meant, and what it leaves. */
export interface Death {
  point: FaultPoint;
  detail: string | null;
  leaves: Leaves;
  only?: Engine;
}

const at = (point: FaultPoint, detail: string | null, leaves: Leaves, only?: Engine): Death => ({
  point,
  detail,
  leaves,
  ...(only && { only }),
});

/** Every step from an action's record to the moment before its answer. */
const steps = (name: string): Death[] => [
  at('unit.recorded', name, 'nothing'),
  at('commit.due', name, 'nothing'),
  at('commit.sent', name, 'either', 'postgres'),
  at('commit.done', name, 'all'),
  at('unit.committed', name, 'all'),
];

/** The last moment before it counts, and the first after: where every step was tried on another action already. */
const edge = (name: string): Death[] => [at('commit.due', name, 'nothing'), at('commit.done', name, 'all')];

/** What a directory pushes, and the server that dies of it. */
export const pushes = {
  'the push of a new person': [
    at('scim.read', 'CreateUser', 'nothing'),
    at('unit.begun', 'CreateUser', 'nothing'),
    ...steps('CreateUser'),
    at('scim.answered', 'POST', 'all'),
  ],
  'the push of a new member': edge('UpdateDirectoryGroup'),
  'the push that takes a member away': [...edge('UpdateDirectoryGroup'), at('scim.answered', 'PATCH', 'all')],
} as const satisfies Record<string, Death[]>;

/** A no, the process that says it, and what has to be done afterwards. */
export const noes = {
  'a deactivation by the directory': [
    ...steps('UpdateUser'),
    at('scim.answered', 'PATCH', 'all'),
    at('outbox.claimed', 'users.out', 'all'),
    at('out.swept', 'directory', 'all'),
    at('out.receipted', 'directory', 'all'),
    at('outbox.handled', 'users.out', 'all'),
    at('logout.sent', null, 'all'),
    at('seal.chained', null, 'all'),
  ],
  'a deletion by the directory': [...edge('DeleteUser'), at('outbox.claimed', 'users.out', 'all')],
  'a suspension by the command line': [at('unit.begun', 'SuspendUsers', 'nothing'), ...steps('SuspendUsers')],
  'a group unmapped by the command line': edge('DeleteGroups'),
  'a domain removed by the command line': edge('DeleteDomain'),
} as const satisfies Record<string, Death[]>;

/** What brings somebody in, and applications with them. */
export const signIns = {
  'a sign-in': [
    at('signIn.attempted', null, 'nothing'),
    at('signIn.calledBack', null, 'nothing'),
    at('signIn.taken', null, 'nothing'),
    at('signIn.proved', null, 'nothing'),
    ...steps('SignIn'),
  ],
  'a code for an application': [
    at('provider.made', 'authorization', 'nothing'),
    ...edge('Authorize'),
    at('provider.written', 'authorization', 'all'),
  ],
  'the exchange of a code': [at('provider.made', 'token', 'nothing'), at('provider.written', 'token', 'all')],
  'the rotation of a refresh token': [at('provider.made', 'token', 'nothing'), at('provider.written', 'token', 'all')],
} as const satisfies Record<string, Death[]>;
