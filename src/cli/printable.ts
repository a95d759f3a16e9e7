/**
 * A line for a terminal: a name that came from outside must neither move the cursor nor change how the rest is read.
 * Control and format characters (which turn the direction of writing, or have no width) and separators of lines
 * become �.
 */
export const printable = (line: string): string => line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
