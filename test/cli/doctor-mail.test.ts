import assert from 'node:assert/strict';
import { lookAtMail } from '../../src/cli/doctor/mail.ts';
import { testConfig } from '../support/house.ts';
import { startSmtp } from '../support/smtp.ts';

describe('carillon doctor: mail', () => {
  const mailFrom = 'bells@carillon.example';

  it('says that none is sent, that a server takes it, and that one cannot be reached, without its password', async () => {
    const states = async (smtpUrl?: string, offline = false) =>
      (await lookAtMail(testConfig({ smtpUrl, ...(smtpUrl && { mailFrom }) }), offline)).map(({ state }) => state);
    assert.deepEqual(await states(), ['warn']);
    const smtp = await startSmtp();
    assert.deepEqual(await states(smtp.url), ['ok']);
    assert.deepEqual(await states(smtp.url, true), ['skipped']);
    await smtp.stop();
    const gone = smtp.url.replace('//', '//user:secret@');
    const [finding] = await lookAtMail(testConfig({ smtpUrl: gone, mailFrom }), false);
    assert.equal(finding?.state, 'fail');
    assert.doesNotMatch(JSON.stringify(finding), /secret/);
  });
});
