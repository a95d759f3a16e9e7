import type { Ending } from '../../auth/provider/clients/would-end.ts';
import type { ClientKind, ClientProtocol } from '../../auth/provider/clients/kinds.ts';
import { counted } from '../parts.ts';

export const kinds: Record<ClientKind, string> = {
  web: 'Web application, on a server',
  spa: 'Application in the browser',
  native: 'Application on a device',
  service: 'Service, without people',
  device: 'Device without a browser',
};

export const protocols: Record<ClientProtocol, string> = {
  openid: 'OpenID Connect',
  amazon: 'Login with Amazon',
};

export const formats = {
  opaque: 'Opaque: refused the moment that somebody is out',
  jwt: 'JWT: at most five minutes more',
} as const;

export const texts = {
  title: 'Applications',
  intro: 'Applications that trust Carillon to say who somebody is. People who are put out are signed out of these too.',
  none: 'No application is registered yet.',
  caption: 'Registered applications',
  name: 'Name',
  kind: 'Kind',
  protocol: 'Speaks',
  protocolHint:
    'Login with Amazon is for applications that were written for Amazon’s sign-in; a service cannot use it.',
  account: 'Account',
  everybody: 'Everybody of the organisation',
  created: 'Registered',
  register: 'Register an application',
  registerButton: 'Register',
  registered: 'Registered',
  redirectUris: 'Redirect URIs',
  redirectUrisHint:
    'One a line, exactly as the application sends them. Services and devices have none. They start with https://; on a device http://127.0.0.1 and com.example.app:/ are good too.',
  postLogoutRedirectUris: 'Addresses after signing out',
  postLogoutRedirectUrisHint: 'One a line: where the browser may go after the person signed out.',
  backchannelLogoutUri: 'Back-channel logout URI',
  backchannelLogoutUriHint: 'Told when somebody’s session is over, whatever ended it.',
  scopes: 'Scopes',
  scopesHint:
    'What the application may ask for, with blanks between. Left as they are, one that uses Login with Amazon gets all of Amazon’s.',
  scopesHintOwn: 'What the application may ask for, with blanks between.',
  scopesHintAmazon: 'What the application may ask for: profile, profile:user_id, postal_code.',
  usualScopes: 'openid profile email',
  sectorIdentifier: 'Sector',
  sectorIdentifierHint: 'A host name. Needed when the redirect URIs have several hosts.',
  accessTokenFormat: 'Access tokens',
  accessTokenFormatHint:
    'A JWT is for those who ask with resource=<audience>; a sign-in that does not gets an opaque token, for userinfo.',
  audience: 'Audience',
  audienceHint: 'The address of the interface that access tokens are for. Needed for JWTs.',
  resource: 'Is the interface at',
  resourceHint: 'For a server that is handed tokens: it may then ask about those made for this audience.',
  firstParty: 'The organisation’s own: nobody is asked whether it may know them',
  queryTokens: 'Login with Amazon: access tokens may come in an address, as passport-amazon sends them',
  clientId: 'Client ID',
  secret: 'Client secret',
  secretWarning: 'Copy the secret now: it is shown this once, and kept nowhere.',
  secretLess: 'This application has no secret.',
  addresses: {
    issuer: 'Issuer',
    authorizationUrl: 'Authorization URL',
    tokenUrl: 'Token URL',
    profileUrl: 'Profile URL',
    tokenInfoUrl: 'Token info URL',
    codePairUrl: 'Code pair URL',
  } as Record<string, string>,
  back: 'Go to the application',
  settings: 'Settings',
  save: 'Save',
  secretSince: 'Secret since',
  formerUntil: 'The former secret is good until',
  rotate: 'New secret',
  rotateTitle: (name: string): string => `A new secret for ${name}?`,
  rotateSays: 'The secret that it has now stays good for 24 hours. After a leak, let it end at once.',
  rotateSoft: 'New secret, the former one good for 24 hours',
  rotateHard: 'New secret, the former one ends now',
  delete: 'Delete',
  deleteTitle: (name: string): string => `Delete ${name}?`,
  deleteButton: 'Delete the application',
  ends: ({ people, tokens, told }: Ending): string[] => [
    `Nobody can sign in to it any more. ${counted(people, 'person is', 'people are')} signed in to it now, and it holds ${counted(tokens, 'token', 'tokens')}: from now on every one is refused.`,
    told
      ? 'It is told by back-channel logout, so that it ends its own sessions.'
      : 'It has no back-channel logout URI: its own sessions last as long as it lets them.',
    'Its client ID is gone for good. Registered again, people are strangers to it.',
  ],
};
