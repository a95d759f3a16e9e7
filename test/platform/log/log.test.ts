import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withContext } from '../../../src/platform/context/context.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { createLog } from '../../../src/platform/log/log.ts';
import { testFolder } from '../../support/folder.ts';

function written(level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  const log = createLog({ level, destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('log', () => {
  it('hides secrets by name at any depth, whatever the spelling', () => {
    const { log, lines } = written();
    log.info({
      headers: { Authorization: 'Zq7', cookie: 'Zq7', 'set-cookie': ['Zq7'] },
      body: {
        list: [
          { client_secret: 'Zq7', clientSecret: 'Zq7', code_verifier: 'Zq7', deep: { a: { b: { password: 'Zq7' } } } },
        ],
      },
      state: 'Zq7',
      code: 'Zq7Zq7Zq7Zq7Zq7Zq7',
      token: 'Zq7',
      kept: 'visible',
    });
    assert.doesNotMatch(lines.join(''), /Zq7/);
    assert.match(lines.join(''), /visible/);
  });

  it('hides credentials in text, messages and addresses', () => {
    const { log, lines } = written();
    log.info({ url: 'https://x/callback?code=Zq7abc&ok=1' }, 'called with Bearer Zq7abcdef');
    log.info('postgres://carillon:Zq7@db/x refused, token eyJZq7Zq7Zq7Zq7.eyJZq7.Zq7');
    log.info(new Error('bearer Zq7abcdef'));
    log.info({ path: '/scim/v2/Users/carillon_scim_abcdefghijklmnopqrstuvwxyzZq7' }, 'request');
    log.info({ path: '/scim/v2/Users/carillon%5Fscim%5fabcdefghijklmnopqrstuvw%78yzZq7' }, 'request');
    assert.doesNotMatch(lines.join(''), /Zq7/);
    assert.match(lines[0] ?? '', /ok=1/);
  });

  it('writes the line of a request as it writes every other', () => {
    const { log, lines } = written();
    const requestId = '0192f3a4-0000-7000-8000-000000000000';
    const paths = [
      '/scim/v2/Users/a"\\b',
      '/\u2028\u0007é\ud800',
      '/carillon_scim_abcdefghijklmnopqrstuvwxyzZq7',
      '/bearer abcdef',
    ];
    for (const path of paths) {
      const rest = { method: 'GET', path, status: 200, ms: 1.5, client: '2001:db8::1' };
      withContext(
        { requestId, clientAddress: '', userAgent: '', identity: { type: 'System', principalId: 'carillon' } },
        () => log.info(rest, 'request'),
      );
      log.answered({ requestId, ...rest });
      const [one, other] = lines.slice(-2).map((line) => line.replace(/"time":"[\d-]{10}T[\d:.]{12}Z"/, '"time"'));
      assert.match(one!, /"time",/);
      assert.equal(other, one);
    }
    assert.doesNotMatch(lines.join(''), /Zq7/);
  });

  it('writes no line of a request below its level', () => {
    const { log, lines } = written();
    log.level = 'warn';
    log.answered({ requestId: 'a', method: 'GET', path: '/', status: 200, ms: 1, client: '::1' });
    assert.deepEqual(lines, []);
  });

  it('looks through long texts in steps of their length', () => {
    const { log } = written();
    // These would take minutes if what begins like a credential were read again from each of its beginnings.
    for (const text of ['eyJ-', 'eyJ', 'carillon_a', 'bearer ', ' token', 'a://'])
      log.info(`:${text.repeat(Math.ceil(2_000_000 / text.length))}`);
  });

  it("keeps an error's code, detail and causes, redacted", () => {
    const { log, last } = written();
    const cause = new Error('from https://user:Zq7@idp/', {
      cause: Object.assign(new Error('inner'), { password: 'Zq7' }),
    });
    log.error(
      { error: new CarillonError('test.code', 'Conflict', 'Text.', { detail: 'state=Zq7 seen', cause }) },
      'failed',
    );
    const { error, message, level } = last() as { error: Record<string, unknown>; message: string; level: string };
    assert.deepEqual([message, level, error['code'], error['message']], ['failed', 'error', 'test.code', 'Text.']);
    assert.equal(error['detail'], 'state=[redacted] seen');
    assert.match(JSON.stringify(error['cause']), /inner/);
    assert.match(String(error['stack']), /log\.test\.ts/);
    assert.doesNotMatch(JSON.stringify(error), /Zq7/);
  });

  it('survives circles and buffers', () => {
    const { log, last, lines } = written();
    const circle: Record<string, unknown> = { bytes: Buffer.from('Zq7') };
    circle['self'] = circle;
    log.info({ circle });
    assert.deepEqual(last()['circle'], { bytes: '[3 bytes]', self: '[circular]' });
    assert.doesNotMatch(lines.join(''), /Zq7/);
  });

  it('puts the id of the request on its lines, and none on others', () => {
    const { log, last } = written();
    const identity = { type: 'Anonymous', principalId: 'anonymous' } as const;
    withContext({ requestId: 'r-1', clientAddress: '::1', userAgent: '', identity }, () => log.info('in'));
    assert.equal(last()['requestId'], 'r-1');
    log.info('out');
    assert.equal(last()['requestId'], undefined);
  });

  it('writes a file that only its owner can read, in a folder that it makes', () => {
    const folder = testFolder();
    const path = join(folder, 'new/carillon.log');
    createLog({ level: 'info', destination: path }).info('hello');
    assert.match(readFileSync(path, 'utf8'), /"message":"hello"/);
    assert.equal(statSync(path).mode & 0o077, 0);
  });
});
