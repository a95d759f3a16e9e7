/** A release whose databases are out there. */
export interface Release {
  name: string;
  commit: string;
  /** The last of its migrations. */
  last: string;
}

/** Every release, the oldest first. */
export const releases: readonly [Release, ...Release[]] = [
  {
    name: 'first light',
    commit: 'c974c9f92b98daae8398039bd5b9d3ae33b29a5b',
    last: 'FirstLight1700000000000',
  },
];
