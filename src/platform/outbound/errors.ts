import { errors } from '../errors/errors.ts';

export const outboundError = errors({
  'outbound.notAllowed': {
    kind: 'BadRequest',
    text: 'The address {origin} cannot be used. It must start with https:// and lead to a public server.',
  },
  'outbound.redirected': { kind: 'BadGateway', text: '{origin} answered with a redirect, which is not followed.' },
  'outbound.timedOut': { kind: 'BadGateway', text: '{origin} did not answer in time.' },
  'outbound.unreachable': {
    kind: 'BadGateway',
    text: '{origin} could not be reached: no such server, no answer, or no certificate that can be trusted.',
  },
  'outbound.tooLarge': { kind: 'BadGateway', text: '{origin} sent a larger answer than is accepted.' },
});
