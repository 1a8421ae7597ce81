/**
 * Widths of text without a font engine: average advance widths of the sans-serif faces that `system-ui` resolves to
 * (San Francisco, Segoe UI, Roboto, Noto Sans, DejaVu Sans), taken from the wide end, since a label that is too wide collides while a
 * gap that is too wide is not seen.
 */
const NARROW = new Set("iIjl.,:;|!'’·()[]{}ftr-/\\ ");
const WIDE = new Set('mwMW@%—…×');

/** Estimated width in pixels at the given font size. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (NARROW.has(character)) ems += 0.38;
    else if (WIDE.has(character)) ems += 0.9;
    else if (code >= 0x2070 && code <= 0x209f) ems += 0.4; // superscripts
    else if (code >= 0x1100) ems += code >= 0x2e80 ? 1.05 : 0.7; // CJK and emoji; mathematical signs
    else ems += character >= 'A' && character <= 'Z' ? 0.7 : 0.62;
  }
  return ems * fontSize;
}

/** The text cut to a width, with an ellipsis where it was cut. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(characters.join('') + '…', fontSize) > width) characters.pop();
  return characters.join('').trimEnd() + '…';
}

/** The text broken at spaces into lines of at most `width` pixels; a single longer word is cut. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, fontSize) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((l) => fitText(l, width, fontSize));
}
