/** Text in a picture. */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function text(x: number, y: number, content: string, { anchor = 'start', weight = 400 }: { readonly anchor?: 'start' | 'middle' | 'end'; readonly weight?: number } = {}): string {
  const safe = content.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
  return `<text x="${x}" y="${y.toFixed(1)}" text-anchor="${anchor}"${weight === 400 ? '' : ` font-weight="${weight}"`}>${safe}</text>`;
}
