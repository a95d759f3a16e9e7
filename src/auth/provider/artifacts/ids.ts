import { hashToken } from '../../../platform/ids/ids.ts';

/** The kinds whose payload holds what opens something: it is sealed as a whole. */
export const sealedModels: ReadonlySet<string> = new Set(['Session', 'Interaction', 'DeviceCode']);

/** Under which id an artifact is kept: what was handed out (a code, a token) is not in the database. */
export const artifactId = (model: string, handedOut: string): string => hashToken(`${model} ${handedOut}`);

/** Under which id the provider's view of a session of ours is kept. */
export const sessionViewId = (sessionId: string): string => artifactId('Session', `of ${sessionId}`);

/** What is kept of a user code. It is short, but gone in minutes, and typing it is limited. */
export const userCodeHash = (userCode: string): string => hashToken(`user code ${userCode}`);
