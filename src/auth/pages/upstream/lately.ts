import { clock } from '../../../platform/clock/clock.ts';
import type { Session } from '../../sessions/session.entity.ts';

const recentMs = 10 * 60_000;

/** Whether whoever holds this session has proved lately who they are: what lets people in is changed only then. */
export const provedLately = ({ provedAt, createdAt }: Pick<Session, 'provedAt' | 'createdAt'>): boolean =>
  clock.now() - (provedAt ?? createdAt) < recentMs;
