import assert from 'node:assert/strict';
import {
  nextTrial,
  noTrial,
  type Trial,
  type TrialEvent,
  trialEvents,
  trialMs,
  type TrialState,
  trialState,
  trialStates,
  trialTable,
} from '../../../src/users/trial/trial.ts';

const now = 1_000_000_000_000;

/** What is stored in each state. */
const stored: Record<TrialState, Trial> = {
  unused: noTrial,
  running: { trialStartedAt: now - 5, trialEndsAt: now + 5, trialToldAt: null },
  lapsed: { trialStartedAt: now - 9, trialEndsAt: now - 5, trialToldAt: null },
  over: { trialStartedAt: now - 9, trialEndsAt: now - 5, trialToldAt: now - 4 },
};

/** Written out by hand, so that the table itself is held to it. */
const leads: Record<TrialState, Partial<Record<TrialEvent, TrialState>>> = {
  unused: { begin: 'running', enter: 'over', leave: 'over' },
  running: { enter: 'over' },
  lapsed: { tell: 'over', enter: 'over' },
  over: { enter: 'over', leave: 'over' },
};

describe('trials: the states', () => {
  for (const state of trialStates) {
    it(`is ${state} by what is stored and the clock`, () => assert.equal(trialState(stored[state], now), state));
    for (const event of trialEvents) {
      const next = leads[state][event];
      it(`${state}: ${event} ${next === undefined ? 'is refused' : `leads to ${next}`}`, () => {
        assert.equal(trialTable[state][event], next ?? null);
        if (next === undefined) {
          assert.throws(() => nextTrial(stored[state], event, now), { code: 'user.trialRefused' });
        } else {
          assert.equal(trialState(nextTrial(stored[state], event, now), now), next);
        }
      });
    }
  }

  it('lasts 30 days to the millisecond, and time alone ends it', () => {
    const begun = nextTrial(noTrial, 'begin', now);
    assert.deepEqual(begun, { trialStartedAt: now, trialEndsAt: now + 30 * 86_400_000, trialToldAt: null });
    assert.equal(trialState(begun, now + trialMs - 1), 'running');
    assert.equal(trialState(begun, now + trialMs), 'lapsed');
  });

  it('ends at the moment of entering an account, and keeps when it began', () => {
    const entered = nextTrial(stored.running, 'enter', now);
    assert.deepEqual(entered, { trialStartedAt: now - 5, trialEndsAt: now, trialToldAt: now });
    assert.deepEqual(nextTrial(stored.over, 'enter', now), stored.over);
  });
});
