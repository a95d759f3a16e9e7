const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Characters that take two columns of a terminal (UAX #11, "wide", and pictures). */
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** The lines of a table, its columns aligned, without blanks at their ends. */
export function tableOf(heads: readonly string[], lines: readonly (readonly string[])[]): string[] {
  const all = [heads, ...lines];
  const widths = heads.map((_, at) => Math.max(...all.map((line) => widthOf(line[at] ?? ''))));
  return all.map((line) =>
    line
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}
