/**
 * Modules as text that gzip makes as much of as of the bytes: a tenth less than of hexadecimal digits. The bytes from 240 on, where instructions on vectors begin, over 0 to 68
 * are one character each; all others have one of two characters before them. None of the characters wants an escape in a string or in a page.
 */

/** Bytes of one character, and the byte that comes first. */
const SINGLE = 85;
const ORIGIN = 240;

/** Characters are the 87 from '(' on; '!', '#' and '%' stand for the three among them that want an escape. */
function placeOf(code: number): number {
  return (code === 33 ? 92 : code === 35 ? 96 : code === 37 ? 60 : code) - 40;
}

/** Written by scripts/build-wasm.mjs. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(text.length);
  let [length, before] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const place = placeOf(text.charCodeAt(i));
    if (before === 0 && place >= SINGLE) before = SINGLE + 87 * (place - SINGLE);
    else {
      out[length++] = before + place + ORIGIN;
      before = 0;
    }
  }
  return out.slice(0, length);
}
