/** A release whose databases are out there. */
export interface Release {
  name: string;
  commit: string;
  /** The last of its migrations. */
  last: string;
}

/**
 * Every release, the oldest first. The last one is started by a test: what it needs and the present one does not stays among
 * the devDependencies (`rate-limiter-flexible`, of "directories walked") until there is another.
 */
export const releases: readonly [Release, ...Release[]] = [
  {
    name: 'first light',
    commit: 'c974c9f92b98daae8398039bd5b9d3ae33b29a5b',
    last: 'FirstLight1700000000000',
  },
  {
    name: 'firm ground',
    commit: 'b0af668b59a7c9d26d8173ba7945244f4aa32aac',
    last: 'Consequences1700000600000',
  },
  {
    name: 'own accounts',
    commit: '1631d4be2775f57c79fbd3ac301992c062d2ddb3',
    last: 'Upstream1700000940000',
  },
  {
    name: 'directories walked',
    commit: 'd6b3527669995f060086ad1db6677187e69bd9ed',
    last: 'DirectoryAbsences1700000965000',
  },
];
