import type { User } from '../user.entity.ts';
import { userErrors } from '../errors.ts';

/** How long a trial lasts (the guide, "Getting Started": "A user's 30day trial"). */
export const trialMs = 30 * 86_400_000;

/** What is stored of a trial: each person has one in their life. */
export type Trial = Pick<User, 'trialStartedAt' | 'trialEndsAt' | 'trialToldAt'>;

/** `lapsed`: its time is up, and those who remember the person have not been told yet. */
export const trialStates = ['unused', 'running', 'lapsed', 'over'] as const;
export type TrialState = (typeof trialStates)[number];

/** The first sign-in on one's own; telling that the time is up; entering an account; being removed from one. */
export const trialEvents = ['begin', 'tell', 'enter', 'leave'] as const;
export type TrialEvent = (typeof trialEvents)[number];

/** State × event; null is refused. Time alone leads from running to lapsed. Whoever was in an account has had theirs. */
export const trialTable: Record<TrialState, Record<TrialEvent, TrialState | null>> = {
  unused: { begin: 'running', tell: null, enter: 'over', leave: 'over' },
  running: { begin: null, tell: null, enter: 'over', leave: null },
  lapsed: { begin: null, tell: 'over', enter: 'over', leave: null },
  over: { begin: null, tell: null, enter: 'over', leave: 'over' },
};

/** What is stored of somebody who has had no trial yet. */
export const noTrial: Trial = { trialStartedAt: null, trialEndsAt: null, trialToldAt: null };

export function trialState({ trialEndsAt, trialToldAt }: Trial, now: number): TrialState {
  if (trialEndsAt === null) return 'unused';
  if (trialEndsAt > now) return 'running';
  return trialToldAt === null ? 'lapsed' : 'over';
}

/** What is stored after an event. @throws user.trialRefused for an event that the state does not know */
export function nextTrial(trial: Trial, event: TrialEvent, now: number): Trial {
  const state = trialState(trial, now);
  const next = trialTable[state][event];
  if (next === null) throw userErrors('user.trialRefused', { detail: `${event} in ${state}` });
  if (next === 'running') return { trialStartedAt: now, trialEndsAt: now + trialMs, trialToldAt: null };
  return {
    trialStartedAt: trial.trialStartedAt,
    trialEndsAt: Math.min(trial.trialEndsAt ?? now, now),
    trialToldAt: trial.trialToldAt ?? now,
  };
}
