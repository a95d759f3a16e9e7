import assert from 'node:assert/strict';
import { BindTimes } from '../../../../src/directory/ldap/sign-in/bind-times.ts';

describe('how long nobody waits for an answer at a directory', () => {
  it('is what is left of what a bind of somebody took there', () => {
    const times = new BindTimes();
    assert.equal(times.owed('d-1', 1), 0, 'nothing while nobody has signed in');
    times.took('d-1', 120);
    assert.equal(times.owed('d-1', 20), 100);
    assert.equal(times.owed('d-1', 130), 0);
    assert.equal(times.owed('d-2', 20), 0, 'each directory takes its own time');
  });

  it('is one of the last times, however many there were, and never long', () => {
    const times = new BindTimes();
    for (let i = 0; i < 1_000; i++) times.took('d-1', 7);
    for (let i = 0; i < 32; i++) times.took('d-1', 60_000);
    for (let i = 0; i < 50; i++) assert.equal(times.owed('d-1', 0), 2_000);
  });

  it('is learnt from the binds of entries alone, and the answer of nobody comes after it', async () => {
    class Told extends BindTimes {
      readonly seen: string[] = [];
      override took(directoryId: string): void {
        this.seen.push(`took ${directoryId}`);
      }
      override owed(directoryId: string): number {
        this.seen.push(`owed ${directoryId}`);
        return 1;
      }
    }
    const times = new Told();
    assert.equal(await times.ofSomebody('d-1', async () => 'answer'), 'answer');
    await times.ofNobody('d-1', async () => times.seen.push('bound'));
    await assert.rejects(
      times.ofSomebody('d-1', async () => {
        throw new Error('away');
      }),
    );
    assert.deepEqual(times.seen, ['took d-1', 'bound', 'owed d-1']);
  });
});
