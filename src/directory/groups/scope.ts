import type { Scope } from '../../users/lifecycle/out.ts';

/** What one connection of one account may see and change: its own people and groups, and nobody else's. */
export interface DirectoryScope extends Scope {
  connectionId: string;
}
