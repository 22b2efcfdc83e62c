const LENGTH = 20;
const ALPHABET = 36;

/** A new id for a frame: unique over all devices of a user, as R3 asks for; about 103 random bits. */
export function newFrameId(random: () => number): string {
  let id = '';
  while (id.length < LENGTH) id += Math.floor(random() * ALPHABET).toString(ALPHABET);
  return id;
}
