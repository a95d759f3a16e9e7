import type { Request, RequestHandler, Response } from 'express';
import passport from 'passport';
import type { Ground } from '../../../trail/ground.ts';
import type { Callback } from './attempts.ts';
import { type Begin, beginSignIn } from './begin.ts';
import type { Connection } from './connection.entity.ts';
import { finishSignIn, type Proof } from './finish.ts';
import type { Providers } from './provider.ts';

/** The OpenID connector as passport knows it. Passport writes into a strategy, so each request has one of its own. */
export class OpenIdStrategy extends passport.Strategy {
  override readonly name = 'openid';
  readonly step: () => Promise<URL | Proof>;

  private constructor(step: () => Promise<URL | Proof>) {
    super();
    this.step = step;
  }

  /** Sends the browser to the connection's provider. */
  static begin(ground: Ground, providers: Providers, connection: Connection, begin: Begin): OpenIdStrategy {
    return new OpenIdStrategy(() => beginSignIn(ground, providers, connection, begin));
  }

  /** Checks what the browser came back with. */
  static finish(ground: Ground, providers: Providers, callback: Callback): OpenIdStrategy {
    return new OpenIdStrategy(() => finishSignIn(ground, providers, callback));
  }

  override authenticate(): void {
    this.step()
      .then((outcome) => (outcome instanceof URL ? this.redirect(outcome.href, 303) : this.success(outcome)))
      .catch((error: unknown) => this.error(error));
  }
}

/**
 * Runs a strategy for one request, without a session of passport's.
 * @returns the proof; null when the answer is out: the browser was sent on, or has gone
 * @throws what `beginSignIn` and `finishSignIn` throw
 */
export function carry(strategy: OpenIdStrategy, req: Request, res: Response): Promise<Proof | null> {
  return new Promise((resolve, reject) => {
    res.once('close', () => resolve(null));
    const done = (error: unknown, proof?: Proof): void => (error ? reject(error) : resolve(proof ?? null));
    const handle = passport.authenticate(strategy, { session: false }, done) as RequestHandler;
    void handle(req, res, reject);
  });
}
