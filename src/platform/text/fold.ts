/**
 * The key of text that is compared without regard to case: NFKC, lower case, and NFKC again, as lowering can leave
 * letters apart that NFKC joins. Folding a key changes nothing.
 */
export const fold = (text: string): string =>
  // Of ASCII, which is most of what comes, NFKC leaves everything as it is.
  ascii.test(text) ? text.toLowerCase() : text.normalize('NFKC').toLowerCase().normalize('NFKC');

// oxlint-disable-next-line no-control-regex
const ascii = /^[\x00-\x7f]*$/;
