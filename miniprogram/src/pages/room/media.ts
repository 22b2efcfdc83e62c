/** Pictures and sounds of a room: from the phone into the outbox, and from the list to the whole screen. */
import type { Draft } from '../../chat/outbox.ts';
import type { RoomClient } from '../../chat/room-client.ts';
import { keepFile } from '../../platform/files.ts';
import { choosePictures, preparePicture } from '../../platform/pictures.ts';
import type { Recording } from '../../platform/recorder.ts';
import { pictureWidthOn } from '../../view/media.ts';
import type { Surroundings } from '../../view/room-view.ts';
import { PICTURE_PROBLEMS } from '../../view/words.ts';

const NO_ACCESS = {
  album: '无法打开相册，请在手机设置中允许微信访问照片',
  camera: '无法打开相机，请在手机设置中允许微信使用相机',
} as const;

/** What a message with a file is made of. */
type MediaDraft = Pick<Draft, 'content'> & { readonly file: string };

/** How the room is shown on this phone. */
export function surroundings(ownAvatar: string, addressOf: (url: string) => string): Surroundings {
  const { windowWidth } = wx.getWindowInfo();
  return { ownAvatar, pictureWidth: pictureWidthOn(windowWidth), addressOf };
}

/**
 * Lets people choose pictures, and gives each to `send` in the order in which they were chosen, as soon
 * as it is ready. What can't be sent is said.
 */
export async function sendPictures(
  source: 'album' | 'camera',
  send: (draft: MediaDraft) => void,
): Promise<void> {
  const chosen = await choosePictures(source).catch(() => undefined);
  if (!chosen) wx.showToast({ title: NO_ACCESS[source], icon: 'none' });
  for (const each of chosen ?? []) {
    const prepared = await preparePicture(each);
    if (prepared.ok) {
      const { file, width, height, size } = prepared.picture;
      send({ content: { type: 'image', url: '', width, height, size }, file });
    } else wx.showToast({ title: PICTURE_PROBLEMS[prepared.problem], icon: 'none' });
  }
}

/** A sound that was just recorded, as it is sent. */
export async function voiceDraft({ file, duration, size }: Recording): Promise<MediaDraft> {
  const content = { type: 'voice', url: '', duration: Math.round(duration), size } as const;
  return { content, file: await keepFile(file) };
}

/** Shows a picture on the whole screen, among all those of the room that are in memory. */
export function showPicture(
  current: string,
  client: RoomClient,
  addressOf: (url: string) => string,
): void {
  const said = client.timeline.entries.flatMap(({ content }) =>
    content.type === 'image' ? (client.fileOf(content.url) ?? addressOf(content.url)) : [],
  );
  const onTheirWay = client.outgoing.flatMap(({ content, file }) =>
    content.type === 'image' && file !== undefined ? file : [],
  );
  const urls = [...new Set([...said, ...onTheirWay])];
  wx.previewImage({
    current,
    urls: urls.includes(current) ? urls : [current],
    fail: () => wx.showToast({ title: '图片打开失败，请再试一次', icon: 'none' }),
  });
}
