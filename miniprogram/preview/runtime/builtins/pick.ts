import { pickImages } from '../wx/media.ts';

/** Lets the user choose one picture. */
export async function pickImage(): Promise<string | undefined> {
  try {
    return (await pickImages(1))[0]?.tempFilePath;
  } catch {
    // Cancelled.
    return undefined;
  }
}
