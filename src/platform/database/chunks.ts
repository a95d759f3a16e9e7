/** How many values one statement names: well below both engines' limit of parameters, and soon done. */
export const chunkSize = 500;

/** The list in pieces that one statement can name each. */
export function* chunks<T>(all: readonly T[], size = chunkSize): Generator<T[]> {
  for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
}
