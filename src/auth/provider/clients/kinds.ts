export const clientKinds = ['web', 'spa', 'native', 'service', 'device'] as const;

/**
 * What runs the client: a server (`web`), a page in a browser (`spa`), an application on a device (`native`), a program
 * that acts for itself (`service`), or a device without a browser (`device`, RFC 8628).
 */
export type ClientKind = (typeof clientKinds)[number];

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials' | typeof deviceGrant;

interface KindRules {
  /** It can keep a secret (RFC 6749 §2.1). */
  confidential: boolean;
  /** The browser comes back to it. */
  redirects: boolean;
  /** What it may ask for, the first one always. */
  grants: readonly GrantType[];
  /** What it gets when nothing is said. */
  usual: readonly GrantType[];
}

/** kind → what follows from it. */
export const kindRules: Readonly<Record<ClientKind, KindRules>> = {
  web: {
    confidential: true,
    redirects: true,
    grants: ['authorization_code', 'refresh_token', 'client_credentials'],
    usual: ['authorization_code', 'refresh_token'],
  },
  spa: {
    confidential: false,
    redirects: true,
    grants: ['authorization_code', 'refresh_token'],
    usual: ['authorization_code'],
  },
  native: {
    confidential: false,
    redirects: true,
    grants: ['authorization_code', 'refresh_token'],
    usual: ['authorization_code', 'refresh_token'],
  },
  service: {
    confidential: true,
    redirects: false,
    grants: ['client_credentials'],
    usual: ['client_credentials'],
  },
  device: {
    confidential: false,
    redirects: false,
    grants: [deviceGrant, 'refresh_token'],
    usual: [deviceGrant, 'refresh_token'],
  },
};

export const clientProtocols = ['openid', 'amazon'] as const;

/** What it speaks: OpenID Connect, or Login with Amazon (`../amazon/`). Each is answered at its own addresses alone. */
export type ClientProtocol = (typeof clientProtocols)[number];

/** What an application that speaks Login with Amazon may ask for. */
export const amazonScopes = ['profile', 'profile:user_id', 'postal_code'] as const;

/** Access tokens that are JWTs cannot be taken back, so they are short. */
export const longestJwtSeconds = 300;
export const longestOpaqueSeconds = 3_600;
