/** How a request that is done again differs from a directory's own. */
export interface Replay {
  /** The id of the request that is done again. */
  of: string;
  /** Whether it is tried only, and will be undone. */
  isTrial: boolean;
}
