import assert from 'node:assert/strict';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { createScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { testCompany } from '../../support/company.ts';
import { until } from '../../support/until.ts';
import { created, type Served, serveScim, userBody } from './support.ts';

const size = 8 * 1_048_576 - 1;

describe('SCIM: large bodies at the same time', function () {
  this.timeout(120_000); // a hundred megabytes in all
  let served: Served;
  before(async () => {
    served = await serveScim();
  });
  after(() => served.stop());

  /** Sends nearly all of a body, and waits: with the answer, if one comes, or until its last byte is sent. */
  function begin(token: string): { sent: ClientRequest; answer: Promise<number>; written: Promise<void> } {
    const { hostname, port, pathname } = new URL(served.baseUrl);
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/scim+json',
      'content-length': size,
    };
    const sent = request({ hostname, port, path: `${pathname}/Users`, method: 'POST', headers, agent: false });
    const answer = new Promise<number>((resolve) => {
      sent.on('response', (response: IncomingMessage) => resolve(response.resume().statusCode ?? 0));
      sent.on('error', () => resolve(0));
    });
    const written = new Promise<void>((resolve) => {
      sent.write(Buffer.alloc(size - 1, 0x20), () => resolve());
    });
    return { sent, answer, written };
  }

  it('are four of one directory; a fifth waits, and another directory does not', async () => {
    const other = await testCompany(served.house, 'other.example');
    const { token } = await createScimKey(served.house.ground, other.scope, { name: 'Okta' });
    const five = Array.from({ length: 5 }, () => begin(served.token));
    const first = await Promise.race(five.map(({ answer }) => answer));
    assert.equal(first, 429);
    await created(served.as(token), '/Users', { ...userBody('olga'), userName: 'olga@other.example' });
    for (const { sent } of five) sent.end(' ');
    const all = await Promise.all(five.map(({ answer }) => answer));
    assert.deepEqual(
      all.toSorted((a, b) => a - b),
      [400, 400, 400, 400, 429],
      'four were read, and are no JSON',
    );
    await created(served.scim, '/Users', userBody('olga'));
  });

  it('hold nothing any more when they are broken off', async () => {
    for (let round = 0; round < 3; round++) {
      const some = Array.from({ length: 3 }, () => begin(served.token));
      await Promise.all(some.map(({ written }) => written));
      for (const { sent } of some) sent.destroy();
      await Promise.all(some.map(({ answer }) => answer));
    }
    // The server hears of it a moment later.
    await until(async () => {
      const four = Array.from({ length: 4 }, () => begin(served.token));
      for (const { sent } of four) sent.end(' ');
      const all = await Promise.all(four.map(({ answer }) => answer));
      return all.every((status) => status === 400);
    }, 60_000);
  });
});
