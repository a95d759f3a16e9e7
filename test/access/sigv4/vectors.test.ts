import assert from 'node:assert/strict';
import { readAuthorization } from '../../../src/access/sigv4/authorization.ts';
import { canonicalRequest, sha256 } from '../../../src/access/sigv4/canonical.ts';
import { sentHeaders } from '../../../src/access/sigv4/headers.ts';
import { readTarget } from '../../../src/access/sigv4/query.ts';
import { signatureOf, signingKey } from '../../../src/access/sigv4/sign.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/** The published examples of Signature Version 4: what is sent, and the signature that it has. */
const vectors: {
  name: string;
  method?: string;
  target?: string;
  headers?: [string, string][];
  body?: string;
  signed: string;
  service?: string;
  signature: string;
}[] = [
  {
    name: 'get-vanilla',
    signed: 'host;x-amz-date',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-vanilla-query-order-key-case',
    target: '/?Param2=value2&Param1=value1',
    signed: 'host;x-amz-date',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-query-unreserved',
    target:
      '/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    signed: 'host;x-amz-date',
    signature: '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  },
  {
    name: 'get-header-key-duplicate',
    headers: [
      ['My-Header1', 'value2'],
      ['My-Header1', 'value2'],
      ['My-Header1', 'value1'],
    ],
    signed: 'host;my-header1;x-amz-date',
    signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  },
  {
    name: 'get-header-value-order',
    headers: [
      ['My-Header1', 'value4'],
      ['My-Header1', 'value1'],
      ['My-Header1', 'value3'],
      ['My-Header1', 'value2'],
    ],
    signed: 'host;my-header1;x-amz-date',
    signature: '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
  },
  {
    name: 'get-header-value-trim',
    headers: [
      ['My-Header1', ' value1'],
      ['My-Header2', ' "a   b   c"'],
    ],
    signed: 'host;my-header1;my-header2;x-amz-date',
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    name: 'get-utf8',
    target: `/${Buffer.from('ሴ').toString('latin1')}`,
    signed: 'host;x-amz-date',
    signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
  },
  {
    name: 'post-vanilla',
    method: 'POST',
    signed: 'host;x-amz-date',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'post-vanilla-query',
    method: 'POST',
    target: '/?Param1=value1',
    signed: 'host;x-amz-date',
    signature: '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  },
  {
    name: 'post-header-key-sort',
    method: 'POST',
    headers: [['My-Header1', 'value1']],
    signed: 'host;my-header1;x-amz-date',
    signature: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  },
  {
    name: 'post-header-value-case',
    method: 'POST',
    headers: [['My-Header1', 'VALUE1']],
    signed: 'host;my-header1;x-amz-date',
    signature: 'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  },
  {
    name: 'post-x-www-form-urlencoded',
    method: 'POST',
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    body: 'Param1=value1',
    signed: 'content-type;host;x-amz-date',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
  {
    name: 'IAM ListUsers, of the documentation',
    target: '/?Action=ListUsers&Version=2010-05-08',
    headers: [
      ['Host', 'iam.amazonaws.com'],
      ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
    ],
    signed: 'content-type;host;x-amz-date',
    service: 'iam',
    signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  },
];

describe('security check 32: published vectors of Signature Version 4', () => {
  for (const vector of vectors) {
    const { method = 'GET', target = '/', headers = [], body = '', service = 'service' } = vector;
    it(vector.name, () => {
      const all = headers.some(([name]) => name === 'Host') ? headers : [['Host', 'example.amazonaws.com'], ...headers];
      const time = '20150830T123600Z';
      const credential = `AKIDEXAMPLEAKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request`;
      const authorization = readAuthorization(
        `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${vector.signed}, Signature=${vector.signature}`,
      );
      const text = canonicalRequest({
        method,
        ...readTarget(target),
        headers: sentHeaders([...all, ['X-Amz-Date', time]].flat()),
        signedHeaders: authorization.signedHeaders,
        payloadHash: sha256(Buffer.from(body)),
      });
      const { date, region } = authorization;
      const key = signingKey(secret, date, region, service);
      const signature = signatureOf(key, { time, date, region, service, canonicalRequest: text });
      assert.equal(signature.toString('hex'), authorization.signature);
    });
  }

  it('the documentation’s signing key', () => {
    assert.equal(
      signingKey(secret, '20150830', 'us-east-1', 'iam').toString('hex'),
      'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
    );
  });
});
