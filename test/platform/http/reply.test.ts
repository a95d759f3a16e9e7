import assert from 'node:assert/strict';
import { scimError } from '../../../src/directory/scim/protocol/errors.ts';
import { refuse } from '../../../src/platform/http/errors.ts';
import { reportError } from '../../../src/platform/http/reply.ts';
import type { Log } from '../../../src/platform/log/log.ts';

describe('the log of refusals', () => {
  it('has faults of ours as errors, and what is not offered as information', () => {
    const said: string[] = [];
    const log = {
      error: () => said.push('error'),
      info: () => said.push('info'),
      warn: () => said.push('warn'),
    } as unknown as Log;
    reportError(log, scimError('scim.notImplemented', { values: { operation: '/Me' } }));
    reportError(log, refuse('internal'));
    reportError(log, refuse('http.notFound'));
    assert.deepEqual(said, ['info', 'error']);
  });
});
