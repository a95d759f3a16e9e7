/**
 * The key of text that is compared without regard to case: NFKC, lower case, and NFKC again, as lowering can leave
 * letters apart that NFKC joins. Folding a key changes nothing.
 */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');
