import { errors } from '../../platform/errors/errors.ts';

/** What is refused of a signature, in the words of AWS's front ends where those have some. */
export const signatureErrors = errors({
  'signature.missing': { kind: 'Forbidden', text: 'Missing Authentication Token' },
  'signature.presigned': {
    kind: 'Forbidden',
    text: 'Requests signed in the query are not accepted. Sign the Authorization header.',
  },
  'signature.incomplete': { kind: 'Forbidden', text: 'The Authorization header is not complete: {reason}.' },
  'signature.unknownKey': { kind: 'Forbidden', text: 'The security token included in the request is invalid.' },
  'signature.scope': { kind: 'Forbidden', text: 'Credential should be scoped to {wanted}.' },
  'signature.notSigned': { kind: 'Forbidden', text: 'The header {name} is in the request and must be signed.' },
  'signature.expired': {
    kind: 'Forbidden',
    text: 'Signature expired: {signed} is more than {minutes} minutes from {now}.',
  },
  'signature.payload': {
    kind: 'Forbidden',
    text: 'The value of x-amz-content-sha256 must be the SHA-256 of the content, in lower-case hexadecimal.',
  },
  'signature.wrong': {
    kind: 'Forbidden',
    text:
      'The request signature we calculated does not match the signature you provided. ' +
      'Check your secret access key and signing method.',
  },
});

/** The exception by which AWS's front ends name each. */
export const signatureExceptions: Readonly<Record<string, string>> = {
  'signature.missing': 'MissingAuthenticationTokenException',
  'signature.presigned': 'MissingAuthenticationTokenException',
  'signature.incomplete': 'IncompleteSignatureException',
  'signature.unknownKey': 'UnrecognizedClientException',
  'signature.scope': 'InvalidSignatureException',
  'signature.notSigned': 'InvalidSignatureException',
  'signature.expired': 'RequestExpired',
  'signature.payload': 'InvalidSignatureException',
  'signature.wrong': 'InvalidSignatureException',
};
