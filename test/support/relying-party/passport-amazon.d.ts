/** What of passport-amazon 1.0.0, which has no types, is used here. */
declare module 'passport-amazon' {
  import type { Strategy as Base } from 'passport';

  type Done = (error: unknown, user?: object) => void;
  type Heard = (error: unknown, body?: string, reply?: unknown) => void;
  interface AmazonProfile {
    id: string;
    displayName: string;
    emails: { value: string }[];
    _json: object;
  }

  export class Strategy extends Base {
    constructor(
      options: {
        clientID: string;
        clientSecret: string;
        callbackURL: string;
        authorizationURL: string;
        tokenURL: string;
        state: boolean;
        pkce?: boolean;
      },
      verify: (accessToken: string, refreshToken: string, profile: AmazonProfile, done: Done) => void,
    );

    readonly _oauth2: {
      get: (url: string, accessToken: string, heard: Heard) => void;
      useAuthorizationHeaderforGET: (use: boolean) => void;
    };
  }
}
