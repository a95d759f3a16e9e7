import type { Session } from '../../sessions/session.entity.ts';

/** What a browser brings to a sign-in. */
export interface Browser {
  /** Its own random value, to which a pending sign-in is bound. */
  browser: string;
  /** The token by which it may be known. */
  device: string | undefined;
  /** The session that it holds, which ends with the next. */
  previous: Session | null;
}

/** In: a session for the cookie, and the browser's new token. */
export interface In {
  step: 'in';
  session: Session;
  token: string;
  device: string;
}

/** Two factors were shown, and a page of the door's own comes before anybody is in. */
export interface Further {
  step: 'further';
  /** Of what is pending from here on, for its cookie. */
  token: string;
  /** Where the page is. */
  path: string;
}

/** The password was right; a second factor is awaited, or has to be set up first. Nobody is in. */
export interface SecondAwaited {
  step: 'second';
  /** The pending sign-in's, for its cookie. */
  token: string;
}
