/**
 * What makes a page, a script or a document of a file that a careless program opens as such. None of
 * it belongs into a picture or a sound. Each is followed by what has to follow for it to work: in
 * 10 MB of compressed data the shortest of them comes up by chance once in twenty thousand files.
 */
const DISGUISES = /^(?:<script[\s>/]|<html[\s>]|<!doctype\s|<\?php\s|<svg[\s>]|%PDF-)/i;

/** What any of them begins with. */
const FIRST_BYTES = [0x3c, 0x25];
/** As long as the longest of them. */
const LONGEST = 10;

/** Whether something else hides in these bytes. */
export function isDisguise(bytes: Uint8Array): boolean {
  return FIRST_BYTES.some((first) => {
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
      const text = String.fromCharCode(...bytes.subarray(at, at + LONGEST));
      if (DISGUISES.test(text)) return true;
    }
    return false;
  });
}
