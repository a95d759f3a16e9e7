import type { Upstream, UpstreamKind } from './upstream.entity.ts';

/** What the operator need not say of a kind; null is what they must. */
type Preset = Pick<
  Upstream,
  | 'authorizationEndpoint'
  | 'tokenEndpoint'
  | 'profileEndpoint'
  | 'scope'
  | 'subjectField'
  | 'addressField'
  | 'nameField'
  | 'vouches'
  | 'clientAuthentication'
>;

const discovered = { authorizationEndpoint: null, tokenEndpoint: null, profileEndpoint: null };

export const presets: Record<UpstreamKind, Preset> = {
  openid: {
    ...discovered,
    scope: 'openid profile email',
    subjectField: 'sub',
    addressField: 'email',
    nameField: 'name',
    vouches: 'email_verified',
    clientAuthentication: 'basic',
  },
  oauth: {
    ...discovered,
    scope: '',
    subjectField: 'sub',
    addressField: 'email',
    nameField: 'name',
    vouches: 'no',
    clientAuthentication: 'basic',
  },
  // Login with Amazon, "Authorization Code Grant" and "Obtain Customer Profile"; it does not say whether it proves addresses.
  amazon: {
    authorizationEndpoint: 'https://www.amazon.com/ap/oa',
    tokenEndpoint: 'https://api.amazon.com/auth/o2/token',
    profileEndpoint: 'https://api.amazon.com/user/profile',
    scope: 'profile',
    subjectField: 'user_id',
    addressField: 'email',
    nameField: 'name',
    vouches: 'no',
    clientAuthentication: 'post',
  },
};

/** The fields that are a kind's own, and nobody's to name. */
export const fixedFields: Record<UpstreamKind, readonly (keyof Preset)[]> = {
  openid: [
    'authorizationEndpoint',
    'tokenEndpoint',
    'profileEndpoint',
    'subjectField',
    'addressField',
    'nameField',
    'clientAuthentication',
  ],
  oauth: [],
  amazon: ['subjectField', 'addressField', 'nameField'],
};
