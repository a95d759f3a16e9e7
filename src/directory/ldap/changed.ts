import type { Ground } from '../../trail/ground.ts';

/** A directory was authorised, connected, disconnected or changed, or one of its groups was; the subject is its id. */
export const directoryChangedTopic = 'directory.changed';

/** Tells every process, at the commit. */
export const announceDirectory = (ground: Ground, directoryId: string): void =>
  ground.outbox.announce(directoryChangedTopic, directoryId);
