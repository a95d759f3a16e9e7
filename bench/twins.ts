/** Ids of twins: they are told apart by this number at the end of an id. */
export const firstTwin = 100_000_000_000;

/** The id of the `i`th twin. */
export const idOfTwin = (i: number): string => `00000000-0000-7000-8000-${firstTwin + i}`;
